// The page of mentions: times in the agent's own zone.
import { keepTimes } from "./times.js";

keepTimes(document);

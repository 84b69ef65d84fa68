// One official Socket.IO client, driven line by line: commands come as JSON on standard input, events go as JSON to
// standard output. Usage: node socketio_client.mjs PACKAGES CLIENT URL OPTIONS, where CLIENT is the name of a package.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const [packages, client, url, options] = process.argv.slice(2);
const loaded = createRequire(`${packages}/`)(client);
const io = loaded.io ?? loaded;
const socket = io(url, { forceNew: true, reconnectionDelay: 50, reconnectionDelayMax: 100, ...JSON.parse(options) });

const tell = (event, data) => console.log(JSON.stringify({ event, data }));

socket.on("connect", () => tell("connect", socket.id));
socket.on("disconnect", (reason) => tell("disconnect", reason));
socket.on("connect_error", (error) => tell("connect_error", error.message ?? String(error)));
for (const name of ["session_confirm", "bot_uttered"]) socket.on(name, (data) => tell(name, data));

for await (const line of createInterface({ input: process.stdin })) {
  const { act, event, data } = JSON.parse(line);
  if (act === "emit") socket.emit(event, ...(data === undefined ? [] : [data]));
  if (act === "ask") socket.emit(event, data, (answer) => tell("answer", answer));
  if (act === "drop") socket.io.engine.close();
  if (act === "transport") tell("transport", socket.io.engine.transport.name);
  if (act === "disconnect") socket.disconnect();
  if (act === "connect") socket.connect();
}
socket.close();

// The desk's page: one live socket tells when to look again, everything shown comes rendered from the server.
import { Conversation } from "./conversation.js";
import { Live } from "./live.js";
import { Queue } from "./queue.js";
import { keepTimes } from "./times.js";

const queue = new Queue(document.querySelector("[data-queue]"), document.querySelector("[data-announce]"));
const main = document.querySelector("[data-conversation]");
const live = new Live(document.querySelector("[data-connection]"));
const conversation = main ? new Conversation(main, live) : null;

live.onNews = (news) => {
  queue.onNews(news);
  if (conversation && news.conversation_id === conversation.id) conversation.onNews(news);
};
live.onReconnect = () => {
  queue.refreshSoon();
  conversation?.refreshSoon();
};

keepTimes(document);
live.connect();

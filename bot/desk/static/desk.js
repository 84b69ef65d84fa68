// The desk's page: one live socket tells when to look again, everything shown comes rendered from the server.
import { Conversation } from "./conversation.js";
import { Handoff } from "./handoff.js";
import { Live } from "./live.js";
import { Marks } from "./marks.js";
import { Mentions } from "./mentions.js";
import { Queue } from "./queue.js";
import { Shortcuts } from "./shortcuts.js";
import { ServiceClocks } from "./sla.js";
import { keepTimes } from "./times.js";

const queue = new Queue(document.querySelector("[data-queue]"), document.querySelector("[data-announce]"));
const main = document.querySelector("[data-conversation]");
const live = new Live(document.querySelector("[data-connection]"));
const mentions = new Mentions(document.querySelector("[data-mentions]"));
const conversation = main ? new Conversation(main, live) : null;

live.onNews = (news) => {
  mentions.onNews(news);
  queue.onNews(news);
  if (conversation && news.conversation_id === conversation.id) conversation.onNews(news);
};
live.onOpen = () => {
  queue.refreshSoon();
  mentions.refreshSoon();
  conversation?.refreshSoon();
};

new Shortcuts(queue);
if (main) new Marks(main, () => conversation.refreshSoon());
if (main) new Handoff(main.dataset.path, () => conversation.refreshSoon());
new ServiceClocks(document.body);
keepTimes(document);
live.connect();

// Requests to the desk. A session that ended meanwhile leads to the login page.
import { _ } from "./texts.js";

// The server takes no more conversations in one request.
export const MOST_AT_ONCE = 100;

const token = document.querySelector("meta[name=csrf-token]").content;

export class Refused extends Error {}

async function checked(response) {
  if (response.status === 401) {
    location.reload();
    throw new Refused(_("Your session is over. Please log in again."));
  }
  if (response.ok) return response;
  const body = await response.json().catch(() => null);
  throw new Refused(body?.error?.message ?? _("That did not work. Please try again."));
}

export async function getJson(path) {
  return (await checked(await fetch(path, { headers: { Accept: "application/json" } }))).json();
}

export async function getHtml(path) {
  return (await checked(await fetch(path, { headers: { Accept: "text/html, application/json;q=0.1" } }))).text();
}

export async function post(path, body) {
  const headers = { Accept: "application/json", "X-CSRF-Token": token };
  // A form with a file names its own type.
  const isForm = body instanceof FormData;
  if (!isForm) headers["Content-Type"] = "application/json";
  return (await checked(await fetch(path, { method: "POST", headers, body: isForm ? body : JSON.stringify(body) }))).json();
}

const LONGEST_PAUSE_MS = 5000;

// Calls that come in a burst become one, and never two at a time. With patience a server that is slow is asked less
// often, after so many times what it took: many pages that all ask again at once would keep it slow.
export function debounced(action, pause = 120, patience = 0) {
  let timer = null;
  let isRunning = false;
  let isWanted = false;
  let tookMs = 0;
  const run = async () => {
    timer = null;
    if (isRunning) return void (isWanted = true);
    isRunning = true;
    const began = performance.now();
    try {
      await action();
    } catch (error) {
      console.warn(error.message);
    } finally {
      tookMs = performance.now() - began;
      isRunning = false;
      if (isWanted) {
        isWanted = false;
        schedule();
      }
    }
  };
  const schedule = () => {
    if (timer === null) timer = setTimeout(run, Math.max(pause, Math.min(patience * tookMs, LONGEST_PAUSE_MS)));
  };
  return schedule;
}

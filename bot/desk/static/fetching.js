// Requests to the desk. A session that ended meanwhile leads to the login page.
import { _ } from "./texts.js";

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

// Calls that come in a burst become one, and never two at a time.
export function debounced(action, pause = 120) {
  let timer = null;
  let isRunning = false;
  let isWanted = false;
  const run = async () => {
    timer = null;
    if (isRunning) return void (isWanted = true);
    isRunning = true;
    try {
      await action();
    } catch (error) {
      console.warn(error.message);
    } finally {
      isRunning = false;
      if (isWanted) {
        isWanted = false;
        schedule();
      }
    }
  };
  const schedule = () => {
    if (timer === null) timer = setTimeout(run, pause);
  };
  return schedule;
}

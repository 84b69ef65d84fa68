// Who says to be here: the choice in the top bar; on pages without a live socket also the signs of life.
const BEAT_MS = 20000;
const label = document.querySelector("[data-presence]");
const choice = label?.querySelector("[data-presence-choice]");

async function send(path, body) {
  const headers = { Accept: "application/json", "Content-Type": "application/json", "X-CSRF-Token": choice.dataset.csrf };
  const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(String(response.status));
  return (await response.json()).presence;
}

function show(presence) {
  label.classList.remove("online", "away", "offline");
  label.classList.add(presence);
  choice.value = choice.dataset.known = presence;
}

// The live socket tells when the server knows it otherwise: somebody who comes back is online.
document.addEventListener("desk:presence", (event) => choice && show(event.detail));

if (choice) {
  show(choice.value);
  choice.addEventListener("change", async () => {
    const before = choice.dataset.known;
    show(await send("/desk/presence", { presence: choice.value }).catch(() => before));
  });
  // The pages of conversations have a socket, which shows signs of life by itself.
  if (!document.querySelector("[data-queue]")) {
    const beat = () => send("/desk/presence/beat", {}).then(show).catch(() => {});
    beat();
    setInterval(beat, BEAT_MS);
  }
}

// In step with the server: what happens in the conversation without this page, and what was being written when the page is loaded anew.
(() => {
  const find = (selector) => document.querySelector(selector);
  const LOOK = 2000;
  const DRAFT = "mlops-swarm-draft";
  let seen = null;

  // A turn under way is streamed to this page anyway.
  const follows = () => Boolean(find("#composer .stop-button"));

  async function look() {
    if (document.hidden || follows() || !window.swarm.session) return;
    const mark = await window.swarm.fetched(`page/mark?session=${encodeURIComponent(window.swarm.session)}`);
    if (mark === null || mark === seen || follows()) return;
    seen = mark;
    document.dispatchEvent(new CustomEvent("swarm:changed"));
  }
  setInterval(look, LOOK);

  // Gradio loads the page anew when the server is back: what was written and not sent is kept.
  addEventListener("pagehide", () => sessionStorage.setItem(DRAFT, find("#composer textarea")?.value ?? ""));
  const ready = setInterval(() => {
    if (!window.swarm.session) return;
    clearInterval(ready);
    const draft = sessionStorage.getItem(DRAFT) ?? "";
    const said = [...document.querySelectorAll("#chat .user")].at(-1)?.textContent.trim();
    if (draft.trim() && draft.trim() !== said && !find("#composer textarea")?.value) window.swarm.say(draft);
  }, 200);
})();

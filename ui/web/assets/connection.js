// In step with the server: what happens in the conversation without this page, and what was being written when the page is loaded anew.
(() => {
  const find = (selector) => document.querySelector(selector);
  const LOOK = 2000;
  const DRAFT = "mlops-swarm-draft";
  let seen = null;
  let life = null;

  // A turn under way is streamed to this page anyway.
  const follows = () => Boolean(find("#composer .stop-button"));

  async function look() {
    if (document.hidden || !window.swarm.session) return;
    const mark = await window.swarm.fetched(`page/mark?session=${encodeURIComponent(window.swarm.session)}`);
    if (mark === null) return;
    // After a restart Gradio's own stream can hang without a word, so that all is begun anew, as Gradio does when it notices.
    const [now] = mark.split(" ");
    if (life !== null && life !== now) return location.reload();
    life = now;
    if (mark === seen || follows()) return;
    seen = mark;
    document.dispatchEvent(new CustomEvent("swarm:changed"));
  }
  setInterval(look, LOOK);

  // Gradio loads the page anew when the server is back: what was written and not sent is kept.
  addEventListener("pagehide", () => sessionStorage.setItem(DRAFT, find("#composer textarea")?.value ?? ""));
  const ready = setInterval(() => {
    if (!window.swarm.session) return;
    clearInterval(ready);
    look();
    const draft = sessionStorage.getItem(DRAFT) ?? "";
    const said = [...document.querySelectorAll("#chat .user")].at(-1)?.textContent.trim();
    if (draft.trim() && draft.trim() !== said && !find("#composer textarea")?.value) window.swarm.say(draft);
  }, 200);
})();

// In step with the server: what is shown, what happens without this page, and what was being written when the page is loaded anew.
(() => {
  const find = (selector) => document.querySelector(selector);
  const LOOK = 2000;
  const DRAFT = "mlops-swarm-draft";
  let life = null;
  let before = null;
  let behind = 0;

  // What the server says is shown.
  const shown = () => find("#shown [data-session]")?.dataset;
  const state = { session: "", still: true };
  function settle() {
    const now = shown();
    if (!now) return;
    const still = now.state === "still";
    const news = now.session !== state.session || (still && !state.still);
    Object.assign(state, { session: now.session, still });
    if (news) document.dispatchEvent(new CustomEvent("swarm:settled"));
  }
  new MutationObserver(settle).observe(document.documentElement, { childList: true, subtree: true });
  Object.defineProperty(window.swarm, "session", { get: () => state.session });
  document.addEventListener("swarm:settled", () => {
    if (document.activeElement === document.body) find("#composer textarea")?.focus({ preventScroll: true });
  });

  // A page that stays behind asks to be drawn; when that does not help, for a stream of its own in place of one that was lost.
  async function look() {
    const now = shown();
    if (document.hidden || !now) return;
    const mark = await window.swarm.fetched(`page/mark?session=${encodeURIComponent(now.session)}`);
    if (mark === null || now !== shown()) return;
    // After a restart Gradio's own stream can hang without a word, so that all is begun anew, as Gradio does when it notices.
    const [alive, newest] = mark.split(" ");
    if (life !== null && life !== alive) return location.reload();
    life = alive;
    behind = newest === now.mark || now.mark !== before ? 0 : behind + 1;
    before = now.mark;
    if (behind) document.dispatchEvent(new CustomEvent("swarm:behind", { detail: behind > 1 }));
  }
  // A server that has too much to do is asked less and less often.
  const again = () => setTimeout(() => look().finally(again), LOOK * 2 ** Math.min(Math.max(behind - 2, 0), 4));
  again();

  // Gradio loads the page anew when the server is back: what was written and not sent is kept.
  addEventListener("pagehide", () => sessionStorage.setItem(DRAFT, find("#composer textarea")?.value ?? ""));
  document.addEventListener("swarm:settled", () => {
    look();
    const draft = sessionStorage.getItem(DRAFT) ?? "";
    const said = [...document.querySelectorAll("#chat .user")].at(-1)?.textContent.trim();
    if (draft.trim() && draft.trim() !== said && !find("#composer textarea")?.value) window.swarm.say(draft);
  }, { once: true });
})();

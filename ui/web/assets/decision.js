// Decisions: how much time is left, and the form in which arguments are changed.
(() => {
  setInterval(() => {
    for (const clock of document.querySelectorAll("time[data-until]")) {
      const left = Math.round((new Date(clock.dateTime) - Date.now()) / 1000);
      const [minutes, seconds] = [Math.floor(left / 60), String(left % 60).padStart(2, "0")];
      clock.textContent = left <= 0 ? "Time is up: nothing will be changed." : `${minutes}:${seconds} left`;
    }
  }, 1000);

  window.swarm.given = () => JSON.stringify(Object.fromEntries([...document.querySelectorAll("#arguments [name]")].map((field) => [field.name, field.value])));
  // The key that ends a line must not approve anything.
  document.addEventListener("submit", (event) => event.target.matches(".arguments") && event.preventDefault());
  // The form is there: its first field is what comes next, unless somebody is elsewhere already.
  let open = false;
  new MutationObserver(() => {
    const field = document.querySelector("#arguments [name]");
    if (field && !open && document.activeElement === document.body) field.focus();
    open = Boolean(field);
  }).observe(document.documentElement, { childList: true, subtree: true });
})();

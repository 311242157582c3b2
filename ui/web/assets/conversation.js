// The conversation: where it scrolls, tables that sort and copy, charts that fit, runs that are followed.
(() => {
  const COPY = '<svg width="14" height="14" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" aria-hidden="true"><rect x="8" y="8" width="13" height="13" rx="2"/><path d="M16 8V5a2 2 0 0 0-2-2H5a2 2 0 0 0-2 2v9a2 2 0 0 0 2 2h3"/></svg>';
  let questions = 0;
  let due = false;
  const fit = new ResizeObserver((charts) => charts.forEach(({ target }) => target.offsetParent && window.Plotly?.Plots.resize(target)));

  // What Gradio leaves to be said to screen readers and keyboards.
  const each = (selector, change) => document.querySelectorAll(`#chat ${selector}`).forEach(change);
  function mend() {
    each(".examples[role]", (list) => list.removeAttribute("role"));
    each('button[aria-label=""]', (button) => (button.ariaLabel = button.closest(".title") ? "Details" : "To the end of the conversation"));
    each(".md > table:not([tabindex])", (table) => (table.tabIndex = 0));
    // Gradio copies answers of text only, and most come with a card.
    each(".message-buttons-left .icon-button-wrapper:not(:has([aria-label='Copy message']))", (bar) => {
      bar.prepend(Object.assign(document.createElement("button"), { type: "button", className: "icon-button copy-answer", ariaLabel: "Copy message", title: "Copy message", innerHTML: COPY }));
    });
    each(".title[role=button] button:not(:disabled)", (arrow) => (arrow.disabled = true)); // the whole title is the button
  }

  // A new question goes to the top, so that its answer is read from the beginning; a decision that is due comes into sight.
  new MutationObserver(() => {
    mend();
    document.querySelectorAll(".js-plotly-plot").forEach((chart) => fit.observe(chart));
    const rows = document.querySelectorAll("#chat .user-row:has(+ .bot-row)");
    if (rows.length > questions) rows[rows.length - 1].scrollIntoView({ block: "start" });
    questions = rows.length;
    const card = document.querySelector("#chat section.decision");
    if (card && !due) card.scrollIntoView({ block: "nearest" });
    due = Boolean(card);
  }).observe(document.documentElement, { childList: true, subtree: true });

  // Tables: a click on a column's name sorts by it, a click on “Copy” takes the table along as tab-separated text.
  const texts = (row) => [...row.cells].map((cell) => cell.textContent);
  const sort = (table, column) => {
    const down = column.ariaSort === "ascending";
    const values = (row) => texts(row)[column.cellIndex];
    const order = (a, b) => values(a).localeCompare(values(b), undefined, { numeric: true });
    const numbers = (a, b) => values(a) - values(b);
    const rows = [...table.tBodies[0].rows];
    rows.sort(rows.some((row) => isNaN(values(row))) ? order : numbers);
    for (const other of column.parentElement.cells) other.ariaSort = null;
    column.ariaSort = down ? "descending" : "ascending";
    table.tBodies[0].append(...(down ? rows.reverse() : rows));
  };
  document.addEventListener("click", async ({ target }) => {
    const answer = target.closest?.(".copy-answer")?.closest(".message-buttons-left").previousElementSibling;
    if (answer) return void (await navigator.clipboard.writeText(answer.innerText.trim()));
    const table = target.closest?.(".data")?.querySelector("table");
    if (!table) return;
    if (target.closest("th")) sort(table, target.closest("th"));
    else if (target.closest(".copy")) {
      await navigator.clipboard.writeText([...table.rows].map((row) => texts(row).join("\t")).join("\n"));
      target.textContent = "Copied";
    }
  });

  // Runs: a card is drawn with its graph, and asked for again as long as the run goes on.
  const followed = new WeakSet();
  async function follow(card) {
    followed.add(card);
    const html = await window.swarm.fetched(`panel/card?run=${encodeURIComponent(card.dataset.run)}`);
    if (html === null || !card.isConnected) return void setTimeout(() => followed.delete(card), 2000);
    const fresh = document.createRange().createContextualFragment(html).firstElementChild;
    const tail = fresh.querySelector("pre");
    card.replaceWith(fresh);
    if (tail) tail.scrollTop = tail.scrollHeight;
    followed.add(fresh);
    if (fresh.dataset.state === "live") setTimeout(() => followed.delete(fresh), 1500);
  }
  setInterval(() => {
    if (document.hidden) return;
    for (const card of document.querySelectorAll("#chat .run[data-run]")) if (!followed.has(card)) follow(card);
  }, 300);
})();

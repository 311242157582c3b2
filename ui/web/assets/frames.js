// Gradio counts the seconds of its loading mark, frame by frame, for as long as the page is open (6.31): whoever got hold of this function
// while the page was loading gets a frame every other second only.
(() => {
  const frame = window.requestAnimationFrame.bind(window);
  let loaded = false;
  window.requestAnimationFrame = (draw) => (loaded ? setTimeout(() => frame(draw), 2000) : frame(draw));
  const ready = setInterval(() => {
    if (!document.querySelector("#composer textarea")) return;
    clearInterval(ready);
    loaded = true;
    window.requestAnimationFrame = frame;
  }, 200);
})();

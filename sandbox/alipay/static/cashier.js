// Goes on by itself when the trade was paid on a phone meanwhile; without this
// script the page shows it when it is loaded again.
const page = document.body.dataset;
if (page.watch) {
  const stream = new EventSource(page.watch);
  stream.addEventListener("over", () => {
    stream.close();
    location.replace(page.done);
  });
}

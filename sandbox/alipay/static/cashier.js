// Goes on by itself when the trade was paid on a phone meanwhile; without this
// script the page shows it when it is loaded again. Once the payer pays here or
// leaves, the browser is on its way already and must not be called back.
const page = document.body.dataset;
if (page.watch) {
  const stream = new EventSource(page.watch);
  stream.addEventListener("over", () => {
    stream.close();
    location.replace(page.done);
  });
  for (const going of ["submit", "pagehide"]) addEventListener(going, () => stream.close());
}

// The printed sheet, A4 landscape: the map is laid out and drawn anew at the size and resolution of the paper.
oneGrid.sheet = (() => {
  const PRINT_RATIO = 3;
  const PIXEL_M = 0.0254 / 96;
  const root = document.documentElement;
  let map = null;
  let before = null;

  function redraw(ratio) {
    const painter = oneGrid.painter.the();
    painter.ratio = ratio;
    map.invalidateSize({ animate: false, pan: false });
  }

  /** Put a still image of each canvas in its place: a browser prints a drawing by replaying it, and loses hatches. */
  function still() {
    if (typeof OffscreenCanvas === "undefined") return;
    for (const canvas of document.querySelectorAll("canvas:not(.still)")) {
      const copy = new OffscreenCanvas(canvas.width, canvas.height);
      copy.getContext("2d").drawImage(canvas, 0, 0);
      const image = canvas.cloneNode();
      image.classList.add("still");
      image.getContext("bitmaprenderer").transferFromImageBitmap(copy.transferToImageBitmap());
      canvas.after(image);
    }
  }

  /** The scale of the paper map at its middle, to two digits: metres a CSS pixel over the pixel's own width. */
  function denominator() {
    const [middle, y] = [map.getSize().x / 2, map.getSize().y / 2];
    const ends = [middle - 50, middle + 50].map((x) => map.containerPointToLatLng([x, y]));
    return Number((map.distance(...ends) / 100 / PIXEL_M).toPrecision(2));
  }

  function lay() {
    if (before) return;
    const whole = oneGrid.whole();
    const seen = map.getBounds();
    before = { center: map.getCenter(), zoom: map.getZoom() };
    root.classList.add("sheet");
    redraw(PRINT_RATIO);
    map.fitBounds(seen.contains(whole) ? whole : seen, { animate: false, padding: [8, 8] });
    document.getElementById("scale").textContent = `1 : ${oneGrid.text.integer(denominator())}`;
    oneGrid.painter.the()._update();
    oneGrid.legend.render();
    still();
  }

  function lift() {
    if (!before) return;
    const { center, zoom } = before;
    before = null;
    root.classList.remove("sheet");
    for (const image of document.querySelectorAll("canvas.still")) image.remove();
    redraw(null);
    map.setView(center, zoom, { animate: false });
    oneGrid.painter.the()._update();
    oneGrid.legend.render();
  }

  function start(theMap) {
    map = theMap;
    window.addEventListener("beforeprint", lay);
    window.addEventListener("afterprint", lift);
    document.getElementById("print").addEventListener("click", () => window.print());
  }

  return { start, lay, lift, isLaid: () => before !== null };
})();

// Hatches: what is missing is hatched, so that it is seen in grey print too. One hatch a ledger, and one for fills.
oneGrid.hatch = (() => {
  const SIZES = { lines: 8, cross: 11, dots: 8 };
  const WIDTHS = { lines: 1.4, cross: 1, dots: 1 };
  const tiles = new Map();

  function strokes(context, hatch, size) {
    const line = (...ends) => {
      context.moveTo(ends[0], ends[1]);
      context.lineTo(ends[2], ends[3]);
    };
    context.beginPath();
    if (hatch === "dots") {
      for (const [x, y] of [[2, 2], [6, 6]]) {
        context.moveTo(x + 1, y);
        context.arc(x, y, 1.1, 0, 2 * Math.PI);
      }
      return context.fill();
    }
    for (const shift of [-size, 0, size]) {
      line(shift - 1, size + 1, shift + size + 1, -1);
      if (hatch === "cross") line(shift - 1, -1, shift + size + 1, size + 1);
    }
    context.stroke();
  }

  function tile(hatch, ink, width, ratio) {
    const size = SIZES[hatch];
    const key = [hatch, ink, width, ratio].join();
    if (!tiles.has(key)) {
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = Math.round(size * ratio);
      const context = canvas.getContext("2d");
      context.scale(canvas.width / size, canvas.width / size);
      context.strokeStyle = context.fillStyle = ink;
      context.lineWidth = width;
      strokes(context, hatch, size);
      tiles.set(key, canvas);
    }
    return tiles.get(key);
  }

  /** A canvas pattern that stays with the ground: `anchor` is where a fixed place lies on the canvas, in CSS pixels. */
  function pattern(context, hatch, ink, { width = WIDTHS[hatch], ratio = 1, anchor = [0, 0] } = {}) {
    const canvas = tile(hatch, ink, width, ratio);
    const made = context.createPattern(canvas, "repeat");
    const size = SIZES[hatch];
    const step = size / canvas.width;
    made.setTransform(new DOMMatrix([step, 0, 0, step, anchor[0] % size, anchor[1] % size]));
    return made;
  }

  return { pattern };
})();

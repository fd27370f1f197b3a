// Party organisations as flags in party red, the only things of that colour: a flag for a branch, less of one for less.
oneGrid.flags = (() => {
  const { data } = oneGrid.text;
  const { grids } = oneGrid.model;
  const { party: red } = data.palette;
  const FROM_PIXELS = 16;
  const BIG_PIXELS = 46;
  const LABELLED_ZOOM = 15;
  const ABOVE_LABEL = 17;

  /** Outlines of the cloth by form, in units of the pole's height; y runs down, the pole stands at x = 0. */
  const CLOTHS = {
    branch: [[0, -1], [0.95, -1], [0.95, -0.38], [0, -0.38]],
    joint_branch: [[0, -1], [0.95, -1], [0.7, -0.69], [0.95, -0.38], [0, -0.38]],
    party_group: [[0, -1], [0.9, -0.69], [0, -0.38]],
  };

  function path(context, x, y, size, points) {
    context.beginPath();
    points.forEach(([px, py], place) => context[place ? "lineTo" : "moveTo"](x + px * size, y + py * size));
  }

  /** A flag whose pole stands with its foot at (x, y); a ring for a service station. */
  function flag(context, form, x, y, size) {
    const casing = Math.max(1.6, size / 5);
    if (form === "service_station") {
      context.beginPath();
      context.arc(x + size * 0.35, y - size * 0.45, size * 0.3, 0, 2 * Math.PI);
      return outlined(context, size / 6, casing, false);
    }
    path(context, x, y, size, [[0, 0], [0, -1]]);
    outlined(context, size / 8, casing, false);
    path(context, x, y, size, CLOTHS[form]);
    context.closePath();
    outlined(context, size / 12, casing, true);
  }

  function outlined(context, width, casing, filled) {
    context.lineJoin = context.lineCap = "round";
    context.strokeStyle = "#fffefb";
    context.lineWidth = width + casing;
    context.stroke();
    context.strokeStyle = context.fillStyle = red;
    if (filled) context.fill();
    context.lineWidth = width;
    context.stroke();
  }

  const shown = (form) => form === "service_station" || form in CLOTHS;

  /** Draw the flags of grids that are wide enough for one. */
  function draw(view, rows) {
    const { box } = grids.shapes;
    for (const row of rows) {
      const form = grids.form.word(row);
      const across = Math.min(box[4 * row + 2] - box[4 * row], box[4 * row + 3] - box[4 * row + 1]) * view.scale;
      if (!shown(form) || across < FROM_PIXELS) continue;
      const size = across < BIG_PIXELS ? 9 : 13;
      const lift = view.zoom >= LABELLED_ZOOM ? ABOVE_LABEL : -size / 2;
      flag(view.context, form, view.x0 + grids.label[2 * row] * view.scale - size * 0.4, view.y0 - grids.label[2 * row + 1] * view.scale - lift, size);
    }
  }

  function swatch(view, form) {
    if (shown(form)) flag(view.context, form, view.size.x / 2 - 4, view.size.y - 2, view.size.y - 4);
  }

  return { draw, swatch };
})();

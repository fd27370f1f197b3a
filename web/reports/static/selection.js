// What is selected: a grid, a gap, a community, a unit, a repair or a figure; how it is lit, found under the pointer, shown.
oneGrid.selection = (() => {
  const { data } = oneGrid.text;
  const { grids, gaps, units, faces, repairs, communities } = oneGrid.model;
  const { premises } = oneGrid.services;
  const { at, toSteps, toBounds, toLatLng, trace, the } = oneGrid.painter;
  const { accent, paper } = data.palette;
  const TINT = 0.12;
  const TOUCH_PIXELS = 9;
  const PLACES = { repair: repairs.place, premises: premises.place };
  const listeners = [];
  let map = null;
  let selected = null;
  let hovered = null;
  let history = [];

  /** Shapes and rows of a thing; nothing for a figure. */
  function land({ type, row }) {
    if (type === "grid") return [grids.shapes, [row]];
    if (type === "gap") return [gaps.shapes, [row]];
    if (type === "unit") return [units.shapes(), [row]];
    if (type === "community") return [grids.shapes, communities.grids()[row]];
    if (type === "faces") return [faces.shapes(), row];
    return [grids.shapes, []];
  }

  function stroke(context, color, width) {
    context.strokeStyle = color;
    context.lineWidth = width;
    context.stroke();
  }

  /** Outline land as a whole: where it is of several pieces, the lines between them are taken out again. */
  function outline(view, thing, width, tint) {
    const [shapes, rows] = land(thing);
    const { context } = view;
    context.beginPath();
    for (const row of rows) trace(view, shapes, row, true);
    const whole = rows.length > 1;
    stroke(context, paper, (whole ? 2 * width : width) + 3);
    stroke(context, accent, whole ? 2 * width : width);
    if (whole) {
      context.globalCompositeOperation = "destination-out";
      context.fill();
      stroke(context, accent, 0.8);
      context.globalCompositeOperation = "source-over";
    }
    context.globalAlpha = tint;
    context.fillStyle = accent;
    context.fill();
    context.globalAlpha = 1;
  }

  function ring(view, { type, row }) {
    const place = PLACES[type][row];
    if (!place) return;
    view.context.beginPath();
    view.context.arc(view.x0 + place[0] * view.scale, view.y0 - place[1] * view.scale, 12, 0, 2 * Math.PI);
    view.context.strokeStyle = accent;
    view.context.lineWidth = 3;
    view.context.stroke();
  }

  function light(view) {
    for (const [thing, width, tint] of [[hovered, 1.5, 0], [selected, 3, TINT]]) {
      if (!thing) continue;
      if (thing.type in PLACES) ring(view, thing);
      else outline(view, thing, width, tint);
    }
  }

  function boundsOf(thing) {
    if (thing.type in PLACES) {
      const place = PLACES[thing.type][thing.row];
      return place && toLatLng(...place).toBounds(120);
    }
    const [shapes, rows] = land(thing);
    const edge = [Infinity, Infinity, -Infinity, -Infinity];
    for (const row of rows) {
      if (shapes.box[4 * row] > shapes.box[4 * row + 2]) continue;
      for (const side of [0, 1]) edge[side] = Math.min(edge[side], shapes.box[4 * row + side]);
      for (const side of [2, 3]) edge[side] = Math.max(edge[side], shapes.box[4 * row + side]);
    }
    return edge[0] <= edge[2] ? toBounds(edge) : null;
  }

  function zoomTo(thing) {
    const bounds = boundsOf(thing);
    if (!bounds) return;
    const { left, right, bottom } = oneGrid.room();
    const roomy = Math.min(thing.type === "community" ? 24 : 90, 0.1 * map.getSize().x);
    map.fitBounds(bounds, {
      paddingTopLeft: [left + roomy, roomy], paddingBottomRight: [right + roomy, bottom + roomy], maxZoom: 18,
    });
  }

  /** Move the map if the middle of a thing is out of its window. */
  function bringIntoView(thing) {
    const bounds = boundsOf(thing);
    if (bounds && !map.getBounds().contains(bounds.getCenter())) map.panTo(bounds.getCenter());
  }

  /** Select a thing (null: nothing); `zoom` moves the map to it, `back` returns to the thing before. */
  function select(thing, { zoom = false, back = false } = {}) {
    if (back) thing = history.pop() || null;
    else if (selected && thing) history.push(selected);
    if (!thing) history = [];
    selected = thing;
    hovered = null;
    for (const listener of listeners) listener(selected);
    the().paintLight();
    if (thing && zoom) zoomTo(thing);
  }

  function hover(thing) {
    if (hovered === thing || (hovered && thing && hovered.type === thing.type && hovered.row === thing.row)) return;
    hovered = thing;
    the().paintLight();
  }

  /** Everything drawn at a place, what lies on top first; the grid is always among it. */
  function under(latlng) {
    const [x, y] = toSteps(latlng);
    const shown = [];
    map.eachLayer((layer) => shown.push(layer));
    const found = [];
    const near = (place) => place && map.latLngToContainerPoint(toLatLng(...place)).distanceTo(map.latLngToContainerPoint(latlng));
    for (const { points: type } of shown.filter((layer) => layer.points)) {
      PLACES[type].forEach((place, row) => {
        if (place && near(place) < TOUCH_PIXELS) found.push({ type, row });
      });
    }
    const hatches = shown.flatMap((layer) => layer.hatches || []);
    const drawn = (row) => hatches.includes(gaps.hatch.word(row)) && gaps.isShown(row);
    const hits = at(gaps.shapes, x, y).filter(drawn).sort((a, b) => gaps.area_m2[a] - gaps.area_m2[b]);
    const [grid] = at(grids.shapes, x, y);
    const small = (row) => grid === undefined || gaps.area_m2[row] < 0.9 * grids.area_m2[grid];
    found.push(...hits.filter(small).map((row) => ({ type: "gap", row })));
    if (grid !== undefined) found.push({ type: "grid", row: grid });
    found.push(...hits.filter((row) => !small(row)).map((row) => ({ type: "gap", row })));
    const layers = shown.map((layer) => layer.unitLayer).filter(Boolean);
    if (layers.length) {
      const visible = (row) => layers.includes(units.layer.word(row));
      found.push(...at(units.shapes(), x, y).filter(visible).map((row) => ({ type: "unit", row })));
    }
    return found;
  }

  const same = (a, b) => a && b && a.type === b.type && a.row === b.row;

  /** A click takes the topmost thing, another click at the same place the next one. */
  function click(event) {
    const found = under(event.latlng);
    if (!found.length) return select(null);
    const place = found.findIndex((thing) => same(thing, selected));
    const next = found[(place + 1) % found.length];
    select({ ...next, here: found.filter((thing) => !same(thing, next)) });
  }

  function start(theMap) {
    map = theMap;
    the().light = light;
    map.on("click", click);
    if (!L.Browser.mobile) {
      map.on("mousemove", (event) => {
        const [grid] = at(grids.shapes, ...toSteps(event.latlng));
        hover(grid === undefined ? null : { type: "grid", row: grid });
        oneGrid.note(grid === undefined ? null : grid, event.containerPoint);
      });
      map.on("mouseout movestart", () => {
        hover(null);
        oneGrid.note(null);
      });
    }
  }

  return {
    start, select, hover, zoomTo, bringIntoView,
    boundsOf,
    hasPlace: (thing) => Boolean(boundsOf(thing)),
    selected: () => selected,
    canGoBack: () => history.length > 0,
    onSelect: (listener) => listeners.push(listener),
  };
})();

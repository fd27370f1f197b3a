// What lies over the fill: borders, gaps as hatch, outlines of source units, repairs as marks.
(() => {
  const { data, t } = oneGrid.text;
  const { borders, gaps, units, repairs } = oneGrid.model;
  const { premises } = oneGrid.services;
  const { Drawn, traceAll, inView, the } = oneGrid.painter;
  const { palette } = data;
  const HATCHES = { unheld: "lines", contested: "cross", unserved: "dots" };
  const DASHES = { compound: [], courtyard: [7, 3], patrol_zone: [12, 3, 2, 3] };
  const STRENGTHS = [
    { from: -Infinity, to: 25, alpha: 0.4 },
    { from: 25, to: 50, alpha: 0.7 },
    { from: 50, to: Infinity, alpha: 1 },
  ];
  const LIGHT = 0.4;
  const MARK_CELL = 14;
  const ALL_MARKS_ZOOM = 15;
  const LEVELS = [
    { key: "grid", width: 1, ink: "#565b62", hidden: 7, full: 26 },
    { key: "community", width: 2, ink: "#2b3036", hidden: 7, full: 60 },
    { key: "street", width: 3, ink: "#16191d", hidden: 0, full: 90 },
  ];

  function stroke(context, color, width, dash = []) {
    context.strokeStyle = color;
    context.lineWidth = width;
    context.setLineDash(dash);
    context.stroke();
    context.setLineDash([]);
  }

  /** A line of a swatch, with its casing. */
  const swatchLine = (color, width, dash) => (view) => {
    const { context, size } = view;
    for (const [ink, more, dashes] of [[palette.paper, 2, []], [color, 0, dash]]) {
      context.beginPath();
      context.moveTo(0, size.y / 2);
      context.lineTo(size.x, size.y / 2);
      stroke(context, ink, width + more, dashes);
    }
  };

  /** Count rows of a layer that a test takes, in all and in the window. */
  function counts(shapes, takes) {
    let count = 0;
    let seen = 0;
    for (let row = 0; row < shapes.count; row++) if (takes(row)) count++;
    for (const row of inView(shapes, the().window())) if (takes(row)) seen++;
    return { count, seen };
  }

  /** Borders get thinner and vanish where what they enclose is but a few pixels across. */
  function bordersLayer() {
    const ground = oneGrid.figures.extent();
    const number = (key) => oneGrid.figures.divisions(key);
    /** From 0, not drawn, to 1, drawn in full, by how many pixels across the divisions are. */
    const clearness = ({ key, hidden, full }, scale) => Math.min(1, (Math.sqrt(ground / number(key)) * scale - hidden) / (full - hidden));
    return {
      order: 40,
      inline: true,
      apart: true,
      present: borders.level.length > 0,
      draw(view) {
        const visible = inView(borders.shapes, view.box);
        LEVELS.forEach((border, level) => {
          const clear = clearness(border, view.scale);
          if (clear <= 0) return;
          const rows = visible.filter((row) => borders.level[row] === level);
          const wide = border.width * (0.4 + 0.6 * clear);
          view.context.globalAlpha = 0.4 + 0.6 * clear;
          if (clear > 0.5) traceAll(view, borders.shapes, rows, false, (context) => stroke(context, palette.paper, wide + 2));
          traceAll(view, borders.shapes, rows, false, (context) => stroke(context, border.ink, wide));
          view.context.globalAlpha = 1;
        });
      },
      legend: () => [...LEVELS].reverse().map((border) => ({
        word: t(`border.${border.key}`),
        swatch: swatchLine(border.ink, border.width, []),
        count: number(border.key),
        seen: clearness(border, the().scale()) > 0 ? number(border.key) : 0,
      })),
    };
  }

  /** How a gap is drawn: by severity, the worse the darker; what contests no household always lightly. */
  function stepsOf(hatch) {
    return hatch.startsWith("zones") ? [{ from: -Infinity, to: Infinity, alpha: LIGHT }] : STRENGTHS;
  }

  /** Of gaps with one shape only the worst is drawn. */
  function worstOfEachShape(takes) {
    const worst = new Map();
    for (let row = 0; row < gaps.count; row++) {
      if (!takes(row)) continue;
      const key = gaps.shape[row];
      if (!worst.has(key) || gaps.severity[worst.get(key)] < gaps.severity[row]) worst.set(key, row);
    }
    return new Set(worst.values());
  }

  function gapsLayer(ledger, hatches) {
    const ink = palette.ledgers[ledger];
    const there = hatches.filter((hatch) => gaps.hatch.values.includes(hatch));
    const pattern = (view) => oneGrid.hatch.pattern(view.context, HATCHES[ledger], ink, { ratio: view.ratio, anchor: [view.x0, view.y0] });
    const takes = (hatch) => {
      const number = gaps.hatch.values.indexOf(hatch);
      return (row) => gaps.hatch.rows[row] === number && gaps.isShown(row);
    };
    const drawn = {};
    function draw(view, hatch) {
      const key = `${hatch} ${gaps.only[ledger]}`;
      drawn[key] = drawn[key] || worstOfEachShape(takes(hatch));
      const rows = inView(gaps.shapes, view.box).filter((row) => drawn[key].has(row));
      view.context.fillStyle = pattern(view);
      for (const { from, to, alpha } of stepsOf(hatch)) {
        const these = rows.filter((row) => gaps.severity[row] >= from && gaps.severity[row] < to);
        view.context.globalAlpha = alpha;
        traceAll(view, gaps.shapes, these, true, (context) => context.fill());
        if (view.zoom >= 13) traceAll(view, gaps.shapes, these, true, (context) => stroke(context, ink, 1));
      }
      view.context.globalAlpha = 1;
    }
    const swatch = (hatch) => (view) => {
      const steps = stepsOf(hatch);
      const width = view.size.x / steps.length;
      view.context.fillStyle = pattern(view);
      steps.forEach(({ alpha }, place) => {
        view.context.globalAlpha = alpha;
        view.context.fillRect(place * width, 0, width, view.size.y);
      });
      view.context.globalAlpha = 1;
    };
    return {
      order: 20,
      hatches,
      present: there.length > 0,
      hint: () => (there.some((hatch) => stepsOf(hatch) === STRENGTHS) ? t("page.severity_steps") : null),
      draw: (view) => there.forEach((hatch) => draw(view, hatch)),
      legend: () => there.map((hatch) => ({
        word: there.length > 1 ? t(`hatch.${hatch}`) : null,
        only: gaps.only[ledger],
        swatch: swatch(hatch),
        ...counts(gaps.shapes, takes(hatch)),
      })),
    };
  }

  function unitsLayer(layer) {
    const ink = palette.outlines[layer];
    const number = units.layer.values.indexOf(layer);
    const takes = (row) => units.layer.rows[row] === number && units.shapes().to[row] > units.shapes().from[row];
    return {
      order: 45,
      unitLayer: layer,
      small: true,
      present: number >= 0,
      draw(view) {
        const rows = inView(units.shapes(), view.box).filter(takes);
        traceAll(view, units.shapes(), rows, true, (context) => stroke(context, palette.paper, 2.8));
        traceAll(view, units.shapes(), rows, true, (context) => stroke(context, ink, 1.6, DASHES[layer]));
      },
      legend: () => [{ swatch: swatchLine(ink, 1.6, DASHES[layer]), ...counts(units.shapes(), takes) }],
    };
  }

  function outlined(context, points) {
    context.beginPath();
    points.forEach(([x, y], place) => context[place ? "lineTo" : "moveTo"](x, y));
    context.closePath();
    context.fillStyle = "#ffffff";
    context.fill();
    stroke(context, palette.ink, 1.5);
  }

  const MARKS = {
    repair: (context, x, y) => outlined(context, [[x, y - 5], [x + 5, y], [x, y + 5], [x - 5, y]]),
    premises: (context, x, y) => outlined(context, [[x, y - 6], [x + 5, y - 1], [x + 5, y + 4], [x - 5, y + 4], [x - 5, y - 1]]),
  };

  /** Things that are points on the map; all are counted, those without a place too. */
  function pointsLayer(type, places, order) {
    const within = ([x, y], [west, south, east, north]) => x >= west && x <= east && y >= south && y <= north;
    return {
      order,
      points: type,
      present: places.length > 0,
      /** From afar, of marks that would lie on each other only the first is drawn. */
      draw(view) {
        const taken = new Set();
        for (const place of places) {
          if (!place || !within(place, view.box)) continue;
          const [x, y] = [view.x0 + place[0] * view.scale, view.y0 - place[1] * view.scale];
          const cell = Math.floor(x / MARK_CELL) * 100003 + Math.floor(y / MARK_CELL);
          if (view.zoom < ALL_MARKS_ZOOM && taken.has(cell)) continue;
          taken.add(cell);
          MARKS[type](view.context, x, y);
        }
      },
      legend: () => [{
        swatch: (view) => MARKS[type](view.context, view.size.x / 2, view.size.y / 2),
        count: places.length,
        seen: places.filter((place) => !place || within(place, the().window())).length,
      }],
    };
  }

  const MAKERS = {
    borders: bordersLayer,
    premises: () => ({ ...pointsLayer("premises", premises.place, 49), small: true }),
    repairs: () => ({ ...pointsLayer("repair", repairs.place, 50), list: "repairs", small: true }),
    gaps_unheld: () => gapsLayer("unheld", ["unheld"]),
    gaps_contested: () => gapsLayer("contested", ["contested", "zones_overlap"]),
    zones_astride: () => gapsLayer("contested", ["zones_astride"]),
    gaps_unserved: () => gapsLayer("unserved", ["unserved"]),
    labels: () => ({ ...oneGrid.labels.layer(), small: true }),
    ...Object.fromEntries(Object.keys(palette.outlines).map((layer) => [`units_${layer}`, () => unitsLayer(layer)])),
  };

  oneGrid.overlay = (name) => new Drawn({ name, word: () => t(`overlay.${name}`), ...MAKERS[name]() });
})();

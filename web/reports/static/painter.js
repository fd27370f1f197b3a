// One canvas for the layers, drawn in their order, only what the view holds; one for what is selected; one for labels.
oneGrid.painter = (() => {
  const { data } = oneGrid.text;
  const EARTH_M = 6378137;
  const HALF_WORLD_M = Math.PI * EARTH_M;
  const QUICK_MS = 24;
  const BATCH = 32;
  const { origin, step } = data.frame;

  /** Steps of the data frame → longitude and latitude, and back. */
  const toLatLng = (x, y) => L.CRS.EPSG3857.unproject(L.point(origin[0] + x * step, origin[1] + y * step));
  function toSteps(latlng) {
    const point = L.CRS.EPSG3857.project(latlng);
    return [(point.x - origin[0]) / step, (point.y - origin[1]) / step];
  }
  const toBounds = ([west, south, east, north]) => L.latLngBounds(toLatLng(west, south), toLatLng(east, north));

  /** What a drawing needs: the context, pixels a step, where step (0, 0) lies, and the box of the view in steps. */
  function viewOf(map, topLeft, size, context, ratio) {
    const pixelsPerMetre = (256 * 2 ** map.getZoom()) / (2 * HALF_WORLD_M);
    const corner = map.getPixelOrigin().add(topLeft);
    const scale = pixelsPerMetre * step;
    const x0 = (origin[0] + HALF_WORLD_M) * pixelsPerMetre - corner.x;
    const y0 = (HALF_WORLD_M - origin[1]) * pixelsPerMetre - corner.y;
    const box = [-x0 / scale, (y0 - size.y) / scale, (size.x - x0) / scale, y0 / scale];
    return { context, ratio, scale, x0, y0, box, size, zoom: map.getZoom() };
  }

  /** Rows whose box meets the view. */
  function inView(shapes, [west, south, east, north]) {
    const { box, count } = shapes;
    const rows = new Int32Array(count);
    let found = 0;
    for (let row = 0, i = 0; row < count; row++, i += 4) {
      if (box[i] <= east && box[i + 2] >= west && box[i + 1] <= north && box[i + 3] >= south) rows[found++] = row;
    }
    return rows.subarray(0, found);
  }

  /** Add a feature to the current path; vertices nearer than half a pixel to the last one are left out. */
  function trace(view, shapes, row, closed) {
    const { context, scale, x0, y0 } = view;
    const { xy, path, from, to } = shapes;
    for (let p = from[row]; p < to[row]; p++) {
      const first = 2 * path[p];
      const last = 2 * path[p + 1] - 2;
      let x = x0 + xy[first] * scale;
      let y = y0 - xy[first + 1] * scale;
      context.moveTo(x, y);
      for (let i = first + 2; i <= last; i += 2) {
        const nextX = x0 + xy[i] * scale;
        const nextY = y0 - xy[i + 1] * scale;
        const far = Math.abs(nextX - x) + Math.abs(nextY - y) > 0.6;
        if (far || (i === last && !closed)) context.lineTo((x = nextX), (y = nextY));
      }
      if (closed) context.closePath();
    }
  }

  /** Trace rows and finish each batch with `draw`: the time that a browser takes for a path grows faster than its length. */
  function traceAll(view, shapes, rows, closed, draw) {
    for (let start = 0; start < rows.length; start += BATCH) {
      view.context.beginPath();
      const end = Math.min(start + BATCH, rows.length);
      for (let i = start; i < end; i++) trace(view, shapes, rows[i], closed);
      draw(view.context);
    }
  }

  function contains(shapes, row, x, y) {
    const { xy, path, from, to, box } = shapes;
    const i = 4 * row;
    if (x < box[i] || y < box[i + 1] || x > box[i + 2] || y > box[i + 3]) return false;
    let inside = false;
    for (let p = from[row]; p < to[row]; p++) {
      for (let end = 2 * path[p + 1], b = 2 * path[p], a = end - 2; b < end; a = b, b += 2) {
        const crosses = xy[a + 1] > y !== xy[b + 1] > y;
        if (crosses && x < ((xy[a] - xy[b]) * (y - xy[b + 1])) / (xy[a + 1] - xy[b + 1]) + xy[b]) inside = !inside;
      }
    }
    return inside;
  }

  /** Rows of the polygons that hold a place. */
  function at(shapes, x, y) {
    return Array.from(inView(shapes, [x, y, x, y])).filter((row) => contains(shapes, row, x, y));
  }

  const Painter = L.Renderer.extend({
    options: { padding: 0.12 },

    initialize() {
      L.Renderer.prototype.initialize.call(this);
      this._drawings = [];
      this.light = () => {};
      this.ratio = null;
    },

    _initContainer() {
      this._container = L.DomUtil.create("div", "canvases");
      this._canvases = [0, 1, 2].map(() => L.DomUtil.create("canvas", "", this._container));
    },

    _destroyContainer() {
      L.DomUtil.remove(this._container);
      delete this._container;
    },

    getEvents() {
      return { ...L.Renderer.prototype.getEvents.call(this), move: this._follow };
    },

    /** Redraw while the map is dragged, as long as drawing is quick. */
    _follow() {
      if (this._frame || this._map._animatingZoom || this.lastMs > QUICK_MS) return;
      this._frame = requestAnimationFrame(() => {
        this._frame = null;
        if (this._map && !this._map._animatingZoom) this._update();
      });
    },

    _update() {
      if (this._map._animatingZoom && this._bounds) return;
      L.Renderer.prototype._update.call(this);
      const ratio = this.ratio || Math.min(window.devicePixelRatio || 1, 2);
      const size = this._bounds.getSize();
      L.DomUtil.setTransform(this._container, this._bounds.min, 1);
      this._views = this._canvases.map((canvas) => {
        canvas.width = Math.round(size.x * ratio);
        canvas.height = Math.round(size.y * ratio);
        canvas.style.width = `${size.x}px`;
        canvas.style.height = `${size.y}px`;
        return viewOf(this._map, this._bounds.min, size, canvas.getContext("2d", { willReadFrequently: true }), ratio);
      });
      this.paint();
      this.paintLight();
      this.fire("update");
    },

    _clear(view) {
      view.context.setTransform(view.ratio, 0, 0, view.ratio, 0, 0);
      view.context.clearRect(0, 0, view.size.x, view.size.y);
      view.context.lineJoin = view.context.lineCap = "round";
    },

    paint() {
      if (!this._views) return;
      const start = performance.now();
      const [base, , top] = this._views;
      this._clear(base);
      this._clear(top);
      for (const drawing of this._drawings) drawing.draw(drawing.top ? top : base);
      this.lastMs = performance.now() - start;
    },

    paintLight() {
      if (!this._views) return;
      this._clear(this._views[1]);
      this.light(this._views[1]);
    },

    /** Pixels a step. */
    scale() {
      return this._views[0].scale;
    },

    /** The box of the map's window in steps, without the padding around it. */
    window() {
      const bounds = this._map.getBounds();
      return [...toSteps(bounds.getSouthWest()), ...toSteps(bounds.getNorthEast())];
    },

    /** What the fill on the map says of a grid, if it says anything. */
    note(row) {
      const fill = this._drawings.find((drawing) => drawing.theme);
      return fill && fill.note ? fill.note(row) : null;
    },

    add(drawing) {
      this._drawings = [...this._drawings, drawing].sort((a, b) => a.order - b.order);
      this.repaint();
    },

    drop(drawing) {
      this._drawings = this._drawings.filter((other) => other !== drawing);
      this.repaint();
    },

    /** Repaint once, after everything that changes now. */
    repaint() {
      if (this._waiting) return;
      this._waiting = true;
      queueMicrotask(() => {
        this._waiting = false;
        this.paint();
      });
    },
  });

  let painter = null;

  /** A Leaflet layer that the painter draws: `drawing` has order, draw(view), and what the legend needs. */
  const Drawn = L.Layer.extend({
    initialize(drawing) {
      Object.assign(this, drawing);
    },
    onAdd() {
      painter.add(this);
    },
    onRemove() {
      painter.drop(this);
    },
  });

  function start(map) {
    painter = new Painter();
    painter.addTo(map);
    return painter;
  }

  return { start, Drawn, trace, traceAll, inView, at, toLatLng, toSteps, toBounds, the: () => painter };
})();

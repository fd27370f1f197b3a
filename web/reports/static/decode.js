// Whole numbers, columns and shapes as web/reports/encoding.py and columns.py write them.
oneGrid.decode = (() => {
  /** Base64 of variable-length bytes, zigzag signs → Int32Array. */
  function integers(text) {
    const bytes = atob(text);
    const out = new Int32Array(bytes.length);
    let count = 0;
    for (let place = 0; place < bytes.length; ) {
      let value = 0;
      let shift = 0;
      let byte;
      do {
        byte = bytes.charCodeAt(place++);
        value |= (byte & 127) << shift;
        shift += 7;
      } while (byte & 128);
      out[count++] = (value >>> 1) ^ -(value & 1);
    }
    return out.slice(0, count);
  }

  /** Differences, x and y in turn → places. */
  function places(text) {
    const out = integers(text);
    for (let i = 2; i < out.length; i++) out[i] += out[i - 2];
    return out;
  }

  /** A column of words → its distinct values and each row's number; word(row) is null where it is missing. */
  function words(column) {
    const rows = integers(column.rows);
    return { values: column.values, rows, word: (row) => (rows[row] < 0 ? null : column.values[rows[row]]) };
  }

  /** A column of whole numbers, null where one is missing. */
  const counts = (text) => Array.from(integers(text), (value) => (value < 0 ? null : value));

  const starts = (counts) => {
    const out = new Int32Array(counts.length + 1);
    for (let i = 0; i < counts.length; i++) out[i + 1] = out[i] + counts[i];
    return out;
  };

  /** Lists of words → list(row). */
  function lists(column) {
    const rows = integers(column.rows);
    const start = starts(integers(column.lengths));
    return (row) => Array.from(rows.subarray(start[row], start[row + 1]), (number) => column.values[number]);
  }

  /** A column of sentences, their figures apart → text(row), put together when asked for; null where it is missing. */
  function sentences(column) {
    const rows = integers(column.rows);
    const pattern = integers(column.pattern);
    const figures = integers(column.figures);
    const patterns = column.patterns.map((text) => text.split("\u0001"));
    const start = starts(Int32Array.from(pattern, (number) => patterns[number].length - 1));
    const written = (number) => patterns[pattern[number]]
      .map((part, place) => (place ? String(figures[start[number] + place - 1]).slice(1) : "") + part).join("");
    return (row) => (rows[row] < 0 ? null : written(rows[row]));
  }

  /**
   * Polygons or lines: vertices `xy`, where each path starts, the paths of each feature (from, to), and its box, in steps.
   */
  function shapes(encoded) {
    const xy = places(encoded.steps);
    const path = starts(integers(encoded.vertices));
    const feature = starts(integers(encoded.paths));
    const count = feature.length - 1;
    const [from, to] = [feature.subarray(0, count), feature.subarray(1)];
    const box = new Int32Array(4 * count);
    for (let f = 0; f < count; f++) {
      let [west, south, east, north] = [2147483647, 2147483647, -2147483648, -2147483648];
      for (let i = 2 * path[from[f]], end = 2 * path[to[f]]; i < end; i += 2) {
        if (xy[i] < west) west = xy[i];
        if (xy[i] > east) east = xy[i];
        if (xy[i + 1] < south) south = xy[i + 1];
        if (xy[i + 1] > north) north = xy[i + 1];
      }
      box.set([west, south, east, north], 4 * f);
    }
    return { xy, path, from, to, box, count };
  }

  /** Features whose shapes, by number, are those of `first` and then those of `second`. */
  function shared(first, second, numbers) {
    const joined = (one, other) => {
      const out = new Int32Array(one.length + other.length);
      out.set(one);
      out.set(other, one.length);
      return out;
    };
    const moved = (values, by) => values.map((value) => value + by);
    const paths = first.path.length - 1;
    const path = joined(first.path.subarray(0, paths), moved(second.path, first.path[paths]));
    const [from, to] = ["from", "to"].map((side) => joined(first[side], moved(second[side], paths)));
    const boxes = joined(first.box, second.box);
    const box = new Int32Array(4 * numbers.length);
    numbers.forEach((number, row) => box.set(boxes.subarray(4 * number, 4 * number + 4), 4 * row));
    const pick = (values) => numbers.map((number) => values[number]);
    return { xy: joined(first.xy, second.xy), path, from: pick(from), to: pick(to), box, count: numbers.length };
  }

  return { integers, counts, places, words, sentences, lists, shapes, shared };
})();

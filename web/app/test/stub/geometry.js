// The stub's geometry: JSTS in metres around the town, good enough to cut and join a few grids. Not the engine: it
// snaps nothing and proves nothing.

import "jsts/org/locationtech/jts/monkey.js";
import Coordinate from "jsts/org/locationtech/jts/geom/Coordinate.js";
import GeometryFactory from "jsts/org/locationtech/jts/geom/GeometryFactory.js";
import GeoJSONReader from "jsts/org/locationtech/jts/io/GeoJSONReader.js";
import GeoJSONWriter from "jsts/org/locationtech/jts/io/GeoJSONWriter.js";
import OverlayOp from "jsts/org/locationtech/jts/operation/overlay/OverlayOp.js";
import Polygonizer from "jsts/org/locationtech/jts/operation/polygonize/Polygonizer.js";
import RelateOp from "jsts/org/locationtech/jts/operation/relate/RelateOp.js";
import UnaryUnionOp from "jsts/org/locationtech/jts/operation/union/UnaryUnionOp.js";

const ORIGIN = [102.395, 25.035];
const M_PER_DEGREE = [111_320 * Math.cos((ORIGIN[1] * Math.PI) / 180), 110_574];

const factory = new GeometryFactory();
const reader = new GeoJSONReader(factory);
const writer = new GeoJSONWriter();

const mapped = (coordinates, change) =>
  typeof coordinates[0] === "number" ? change(coordinates) : coordinates.map((each) => mapped(each, change));

const millimetre = (metres) => Math.round(metres * 1000) / 1000;
export const toMetres = ([lon, lat]) => [
  millimetre((lon - ORIGIN[0]) * M_PER_DEGREE[0]),
  millimetre((lat - ORIGIN[1]) * M_PER_DEGREE[1]),
];
export const toDegrees = ([x, y]) => [
  Number((ORIGIN[0] + x / M_PER_DEGREE[0]).toFixed(9)),
  Number((ORIGIN[1] + y / M_PER_DEGREE[1]).toFixed(9)),
];

/** Read GeoJSON in degrees as a JSTS geometry in metres. */
export const read = (json) => reader.read({ type: json.type, coordinates: mapped(json.coordinates, toMetres) });

/** Read a line, its ends 2 cm longer, because they lie on borders only to within rounding. */
export const readLine = (json) => {
  const places = json.coordinates.map(toMetres);
  const longer = ([x, y], [fromX, fromY]) => {
    const share = 0.02 / Math.max(0.02, Math.hypot(x - fromX, y - fromY));
    return [x + (x - fromX) * share, y + (y - fromY) * share];
  };
  const ends = [longer(places[0], places[1]), longer(places.at(-1), places.at(-2))];
  return reader.read({ type: "LineString", coordinates: [ends[0], ...places.slice(1, -1), ends[1]] });
};

/** Write a JSTS geometry in metres as GeoJSON in degrees. */
export const write = (geometry) => {
  const json = writer.write(geometry);
  return { type: json.type, coordinates: mapped(json.coordinates, toDegrees) };
};

export const area = (geometry) => geometry.getArea();
export const union = (geometries) => UnaryUnionOp.union(factory.createGeometryCollection(geometries));
export const intersection = (one, other) => OverlayOp.overlayOp(one, other, OverlayOp.INTERSECTION);
export const intersects = (one, other) => RelateOp.relate(one, other).isIntersects();
export const covers = (one, other) => RelateOp.relate(one, other).isCovers();
export const point = (position) => factory.createPoint(new Coordinate(...toMetres(position)));
export const inside = (geometry) => geometry.getInteriorPoint();

/** The polygons of a geometry, one by one. */
export const parts = (geometry) =>
  Array.from({ length: geometry.getNumGeometries() }, (_, row) => geometry.getGeometryN(row)).filter(
    (part) => part.getGeometryType() === "Polygon",
  );

/** The same geometry on whole millimetres. */
const rounded = (geometry) => {
  const json = writer.write(geometry);
  return reader.read({ type: json.type, coordinates: mapped(json.coordinates, (each) => each.map(millimetre)) });
};

/** The pieces that a line cuts a polygon into. */
export const cut = (polygon, line) => {
  const polygonizer = new Polygonizer();
  polygonizer.add(union([polygon.getBoundary(), line]));
  const pieces = polygonizer.getPolygons().toArray();
  return pieces.map(rounded).filter((piece) => area(piece) > 0.5 && covers(polygon, inside(piece)));
};

/** How much border two pieces of land have in common, metres. */
export const commonBorder = (one, other) => {
  if (!one.getEnvelopeInternal().intersects(other.getEnvelopeInternal())) return 0;
  return intersection(one.buffer(0.005), other.buffer(0.005)).getArea() / 0.01;
};

/** West, south, east, north in degrees. */
export const boundsOf = (geometries) => {
  const boxes = geometries.map((geometry) => geometry.getEnvelopeInternal());
  const west = Math.min(...boxes.map((box) => box.getMinX()));
  const south = Math.min(...boxes.map((box) => box.getMinY()));
  const east = Math.max(...boxes.map((box) => box.getMaxX()));
  const north = Math.max(...boxes.map((box) => box.getMaxY()));
  return [...toDegrees([west, south]), ...toDegrees([east, north])];
};

/** The same polygon with one vertex elsewhere, or without it. */
export const withVertex = (geometry, from, to) => {
  const here = toMetres(from);
  const json = writer.write(geometry);
  const near = ([x, y]) => Math.hypot(x - here[0], y - here[1]) < 0.02;
  const ring = (coordinates) => {
    const moved = coordinates.slice(0, -1).flatMap((each) => (near(each) ? (to ? [toMetres(to)] : []) : [each]));
    return [...moved, moved[0]];
  };
  const polygon = (rings) => rings.map(ring);
  const coordinates = json.type === "Polygon" ? polygon(json.coordinates) : json.coordinates.map(polygon);
  return reader.read({ type: json.type, coordinates });
};

/** Whether a polygon has a vertex there. */
export const hasVertex = (geometry, place) => {
  const [x, y] = toMetres(place);
  return geometry.getCoordinates().some((each) => Math.hypot(each.x - x, each.y - y) < 0.02);
};

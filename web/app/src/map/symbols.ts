// Point symbols, drawn once on a canvas: premises, facilities, and the party organisations' own in their red.

import { INK, PAPER, PARTY_RED } from "./tokens";

const SIZE = 22;
export const SYMBOL_RATIO = 2;

type Draw = (pen: CanvasRenderingContext2D) => void;

const disc =
  (fill: string, edge: string): Draw =>
  (pen) => {
    pen.beginPath();
    pen.arc(SIZE / 2, SIZE / 2, 8, 0, Math.PI * 2);
    pen.fillStyle = fill;
    pen.fill();
    pen.lineWidth = 1.8;
    pen.strokeStyle = edge;
    pen.stroke();
  };

/** A house with a flag: where a grid works from. */
const house: Draw = (pen) => {
  pen.beginPath();
  pen.moveTo(4, 11);
  pen.lineTo(11, 4.5);
  pen.lineTo(18, 11);
  pen.lineTo(16, 11);
  pen.lineTo(16, 18);
  pen.lineTo(6, 18);
  pen.lineTo(6, 11);
  pen.closePath();
  pen.fillStyle = INK;
  pen.strokeStyle = PAPER;
  pen.lineWidth = 3;
  pen.stroke();
  pen.fill();
};

const square: Draw = (pen) => {
  pen.beginPath();
  pen.rect(6, 6, 10, 10);
  pen.fillStyle = "#ffffff";
  pen.fill();
  pen.lineWidth = 2;
  pen.strokeStyle = INK;
  pen.stroke();
};

const star =
  (fill: string): Draw =>
  (pen) => {
    pen.beginPath();
    for (let corner = 0; corner < 10; corner += 1) {
      const reach = corner % 2 ? 2.1 : 5.2;
      const turn = (corner * Math.PI) / 5 - Math.PI / 2;
      pen.lineTo(SIZE / 2 + reach * Math.cos(turn), SIZE / 2 + reach * Math.sin(turn));
    }
    pen.closePath();
    pen.fillStyle = fill;
    pen.fill();
  };

const halved: Draw = (pen) => {
  pen.beginPath();
  pen.arc(SIZE / 2, SIZE / 2, 7, Math.PI / 2, (Math.PI * 3) / 2);
  pen.fillStyle = PARTY_RED;
  pen.fill();
};

const dot: Draw = (pen) => {
  pen.beginPath();
  pen.arc(SIZE / 2, SIZE / 2, 3.2, 0, Math.PI * 2);
  pen.fillStyle = PARTY_RED;
  pen.fill();
};

const lock: Draw = (pen) => {
  pen.strokeStyle = INK;
  pen.lineWidth = 1.8;
  pen.beginPath();
  pen.arc(SIZE / 2, 9.5, 3, Math.PI, 0);
  pen.stroke();
  pen.fillStyle = INK;
  pen.fillRect(6.5, 9.5, 9, 7);
};

const SYMBOLS: Record<string, Draw[]> = {
  lock: [lock],
  premises: [house],
  facility: [square],
  "party-branch": [disc(PARTY_RED, PAPER), star("#ffffff")],
  "party-joint_branch": [disc("#ffffff", PARTY_RED), halved],
  "party-party_group": [disc("#ffffff", PARTY_RED), dot],
  "party-service_station": [disc("#ffffff", PARTY_RED)],
};

/** Every symbol as an image. */
export function symbols(): Record<string, ImageData> {
  const canvas = document.createElement("canvas");
  canvas.width = SIZE * SYMBOL_RATIO;
  canvas.height = SIZE * SYMBOL_RATIO;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  if (!pen) return {};
  const drawn = Object.entries(SYMBOLS).map(([name, steps]) => {
    pen.setTransform(SYMBOL_RATIO, 0, 0, SYMBOL_RATIO, 0, 0);
    pen.clearRect(0, 0, SIZE, SIZE);
    for (const step of steps) step(pen);
    return [name, pen.getImageData(0, 0, canvas.width, canvas.height)];
  });
  return Object.fromEntries(drawn);
}

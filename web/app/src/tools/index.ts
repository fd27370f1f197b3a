import { box } from "./box";
import { carve } from "./carve";
import { measure } from "./measure";
import { merge } from "./merge";
import { reassign } from "./reassign";
import { reshape } from "./reshape";
import { split } from "./split";
import type { Tool } from "./tool";
import { vertex } from "./vertex";

/** The tools in the order of the strip. */
export const TOOLS: readonly Tool[] = [split, merge, reshape, vertex, carve, reassign, measure, box];

export { hint, openTool, TOOL_IDS, type ToolId } from "./tool";

import { randomBytes } from "node:crypto";
import { styleText } from "node:util";
import type { Environment } from "../src/index.ts";

/** Styles of text for people. */
export type Style = "bold" | "dim" | "red" | "green" | "yellow";

// Private characters and a number that no input can know: text of others cannot set a style.
const key = randomBytes(8).toString("hex");
const begin = `\ue000${key}:`;
const end = `\ue001${key}`;
const marks = new RegExp(`${begin}(bold|dim|red|green|yellow):|${end}`, "g");
const painted = new RegExp(`${begin}(bold|dim|red|green|yellow):([^\ue000\ue001]*)${end}`, "g");

/** Marks a text for `showStyles`. Styles do not nest. */
export function paint(style: Style, text: string): string {
  return text === "" ? "" : `${begin}${style}:${text}${end}`;
}

/** Returns the text with its marks replaced by the terminal's styles, or without them. */
export function showStyles(text: string, hasColours: boolean): string {
  if (!text.includes(key)) return text;
  const shown = hasColours
    ? text.replace(painted, (_, style: Style, inner: string) => `${sequenceOf(style, inner)}`)
    : text;
  return shown.replace(marks, "");
}

function sequenceOf(style: Style, text: string): string {
  // `validateStream` of newer versions would look at this process's stdout; the caller has decided.
  const options = { validateStream: false };
  return (styleText as (style: Style, text: string, options: object) => string)(style, text, options);
}

/**
 * True if a stream may have colours. `FORCE_COLOR` decides, if it is set (`0` and `false`: none); else
 * `NO_COLOR` turns them off; else a terminal has them, unless it is dumb.
 */
export function hasColours(env: Environment, isTerminal: boolean): boolean {
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined && forced !== "") return forced !== "0" && forced.toLowerCase() !== "false";
  if (env["NO_COLOR"]) return false;
  return isTerminal && env["TERM"] !== "dumb";
}

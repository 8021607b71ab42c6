import { showHidden } from "../../src/plugin/show-hidden.ts";

const longest = 26;

/** A name of a model that fits beside a point of a plot: its middle left out where it is long. */
export function shortName(name: string): string {
  const shown = [...showHidden(name)];
  if (shown.length <= longest) return shown.join("");
  return `${shown.slice(0, 12).join("")}…${shown.slice(-13).join("")}`;
}

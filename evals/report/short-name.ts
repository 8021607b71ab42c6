import { showHidden } from "../../src/plugin/show-hidden.ts";

const longest = 26;

/** Shortens the name of a model to fit next to a point of a plot, by leaving its middle out. */
export function shortName(name: string): string {
  const shown = [...showHidden(name)];
  if (shown.length <= longest) return shown.join("");
  return `${shown.slice(0, 12).join("")}…${shown.slice(-13).join("")}`;
}

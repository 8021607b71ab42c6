import { h, svg } from "./dom.js";
import { isNumber } from "./format.js";

/**
 * Bars over time, stacked by series. Rectangles are made once and then only moved.
 * @param {{ label: string, height: number, series: number, onPoint?: (at: number | undefined) => void }} options
 */
export function barChart({ label, height, series, onPoint }) {
  const picture = svg("svg", {
    role: "img",
    "aria-label": label,
    preserveAspectRatio: "none",
    class: "bars",
  });
  picture.style.height = `${height}px`;
  const shade = svg("rect", { class: "shade", x: 0, y: 0, width: 1, height: 100, visibility: "hidden" });
  picture.append(shade);
  /** @type {SVGElement[][]} */
  const rows = Array.from({ length: series }, () => []);
  let slots = 0;
  const resize = (/** @type {number} */ wanted) => {
    if (wanted === slots) return;
    slots = wanted;
    picture.setAttribute("viewBox", `0 0 ${wanted} 100`);
    rows.forEach((row, at) => {
      for (const rect of row) rect.remove();
      row.length = 0;
      for (let x = 0; x < wanted; x += 1) {
        const rect = svg("rect", { class: `m${at}`, x: x + 0.08, width: 0.84 });
        row.push(rect);
        picture.append(rect);
      }
    });
  };
  if (onPoint !== undefined) {
    const point = (/** @type {number | undefined} */ at) => {
      shade.setAttribute("visibility", at === undefined ? "hidden" : "visible");
      shade.setAttribute("x", String(at ?? 0));
      onPoint(at);
    };
    picture.addEventListener("pointermove", (event) => {
      const { left, width } = picture.getBoundingClientRect();
      const at = Math.floor(((event.clientX - left) / width) * slots);
      point(at >= 0 && at < slots ? at : undefined);
    });
    picture.addEventListener("pointerleave", () => point(undefined));
  }
  return {
    element: picture,
    /** @param {readonly (readonly (number | null)[])[]} values one list a series @param {number} most @param {string} [said] */
    show(values, most, said) {
      resize(values[0]?.length ?? 0);
      if (said !== undefined) picture.setAttribute("aria-label", said);
      for (let x = 0; x < slots; x += 1) {
        let bottom = 100;
        rows.forEach((row, at) => {
          const value = values[at]?.[x] ?? 0;
          const size = most > 0 ? (100 * value) / most : 0;
          bottom -= size;
          const rect = row[x];
          if (rect === undefined) return;
          const top = bottom.toFixed(2);
          const tall = size.toFixed(2);
          if (rect.getAttribute("y") !== top) rect.setAttribute("y", top);
          if (rect.getAttribute("height") !== tall) rect.setAttribute("height", tall);
        });
      }
    },
  };
}

/** Places a part of a track. @param {HTMLElement} part @param {number} from @param {number} to both in [0, 1] */
function place(part, from, to) {
  const low = Math.min(1, Math.max(0, from));
  const high = Math.min(1, Math.max(low, to));
  part.style.left = `${(100 * low).toFixed(2)}%`;
  part.style.width = `${(100 * (high - low)).toFixed(2)}%`;
  return part;
}

/**
 * A track with a filled part, an interval, and a limit.
 * @param {{ label: string, fill?: number, low?: number, high?: number, limit?: number, most: number, tone?: string }} options
 */
export function track({ label, fill, low, high, limit, most, tone = "" }) {
  const scale = most > 0 ? 1 / most : 0;
  return h(
    "div",
    { class: `track ${tone}`, role: "img", "aria-label": label },
    isNumber(fill) && place(h("span", { class: "fill" }), 0, fill * scale),
    isNumber(low) && isNumber(high) && place(h("span", { class: "whisker" }), low * scale, high * scale),
    isNumber(limit) && place(h("span", { class: "limit" }), limit * scale, limit * scale),
  );
}

/**
 * Lines over pairs of units with an area and boundaries, for sequences.
 * @param {{ label: string, lines: { of: readonly (number | null)[], tone: string }[], area?: [readonly (number | null)[], readonly (number | null)[]], rules: { at: number, tone: string }[], low: number, high: number }} options
 */
export function sequence({ label, lines, area, rules, low, high }) {
  const y = (/** @type {number} */ value) => {
    const share = high > low ? (value - low) / (high - low) : 0.5;
    return (100 * (1 - Math.min(1.1, Math.max(-0.1, share)))).toFixed(2);
  };
  const pointsOf = (/** @type {readonly (number | null)[]} */ values) =>
    values.flatMap((value, at) =>
      isNumber(value) ? [`${((100 * at) / Math.max(1, values.length - 1)).toFixed(2)},${y(value)}`] : [],
    );
  const picture = svg("svg", {
    role: "img",
    "aria-label": label,
    viewBox: "0 0 100 100",
    preserveAspectRatio: "none",
    class: "sequence",
  });
  if (area !== undefined) {
    const around = [...pointsOf(area[1]), ...pointsOf(area[0]).reverse()];
    picture.append(svg("polygon", { class: "area", points: around.join(" ") }));
  }
  for (const { at, tone } of rules)
    picture.append(svg("line", { class: `rule ${tone}`, x1: 0, x2: 100, y1: y(at), y2: y(at) }));
  for (const { of, tone } of lines)
    picture.append(svg("polyline", { class: `line ${tone}`, points: pointsOf(of).join(" ") }));
  return picture;
}

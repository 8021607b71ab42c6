import { h } from "./dom.js";

/**
 * Bars over time, stacked by series. Rectangles are made once and then only moved.
 * @param {{ label: string, height: number, series: number, onPoint?: (at: number | undefined) => void }} options
 */
export function barChart({ label, height, series, onPoint }) {
  const picture = h("svg", {
    role: "img",
    "aria-label": label,
    preserveAspectRatio: "none",
    class: "bars",
  });
  picture.style.height = `${height}px`;
  const shade = h("rect", { class: "shade", x: 0, y: 0, width: 1, height: 100, visibility: "hidden" });
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
        const rect = h("rect", { class: `m${at}`, x: x + 0.08, width: 0.84 });
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

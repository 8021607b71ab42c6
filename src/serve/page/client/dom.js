// All text reaches the page as text nodes: names of models and reasons are whatever someone sent.

import { h as describe } from "../element.ts";

const svgNamespace = "http://www.w3.org/2000/svg";
const svgTags = new Set(["svg", "line", "path", "polygon", "polyline", "rect"]);

/**
 * @typedef {import("../element.ts").PageElement} PageElement
 * @typedef {PageElement | Node | string | number | null | undefined | false} Child
 */

/** Makes a node of what describes it; nodes of the page may be among the children. @param {any} described @returns {any} */
export function make(described) {
  if (described instanceof Node) return described;
  if (typeof described !== "object") return document.createTextNode(String(described));
  const { tag, attributes, children } = described;
  const element = svgTags.has(tag)
    ? document.createElementNS(svgNamespace, tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (typeof value === "object")
      for (const [property, one] of Object.entries(value)) element.style.setProperty(property, one);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...madeOf(children));
  return element;
}

/** @param {readonly Child[]} children @returns {Node[]} */
function madeOf(children) {
  return children.filter((child) => child !== null && child !== undefined && child !== false).map(make);
}

/** Makes an element. @param {string} tag @param {any} [attributes] @param {...(Child | readonly Child[])} children @returns {any} */
export function h(tag, attributes, ...children) {
  return make(describe(tag, attributes, .../** @type {any} */ (children)));
}

/** @param {string} id */
export function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/** @param {Node & { textContent: string | null }} node @param {string} text */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * Returns a function that fills an element, and leaves it alone while what it shows is the same: so nothing that is
 * selected or focused there is lost.
 * @template T
 * @param {string} id @param {(value: T) => readonly Child[]} draw @returns {(value: T) => void}
 */
export function drawn(id, draw) {
  const element = byId(id);
  let before = "";
  return (value) => {
    const now = JSON.stringify(value);
    if (now === before) return;
    before = now;
    element.replaceChildren(...madeOf(draw(value)));
  };
}

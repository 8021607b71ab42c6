// All text reaches the page as text nodes: names of models and reasons are whatever someone sent.

const svgNamespace = "http://www.w3.org/2000/svg";

/**
 * @typedef {Node | string | number | null | undefined | false} Child
 * @typedef {Record<string, string | number | boolean | undefined>} Attributes
 */

/** @param {Element} element @param {Attributes} attributes */
function setAll(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? "" : String(value));
  }
}

/**
 * Makes an element.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag @param {Attributes} [attributes] @param {...(Child | readonly Child[])} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  setAll(element, attributes);
  for (const child of children.flat())
    if (child !== null && child !== undefined && child !== false)
      element.append(typeof child === "number" ? String(child) : child);
  return element;
}

/** @param {string} tag @param {Attributes} [attributes] @param {...SVGElement} children */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(svgNamespace, tag);
  setAll(element, attributes);
  element.append(...children);
  return element;
}

/** A name that someone else has chosen: its direction is its own. @param {string} text */
export function name(text) {
  return h("bdi", { class: "name", title: text }, text);
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
    const children = draw(value).filter((child) => child !== null && child !== undefined && child !== false);
    element.replaceChildren(.../** @type {(Node | string)[]} */ (children));
  };
}

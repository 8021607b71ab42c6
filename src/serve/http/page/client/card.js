import { h } from "./dom.js";

/** @param {string} className @param {...any} children */
export const card = (className, ...children) => h("article", { class: `card ${className}` }, ...children);

/** @param {string} text */
export const empty = (text) => h("p", { class: "empty" }, text);

import { escapeHtml } from "../../plugin/escape-html.ts";
import type { Attributes, Child } from "./element.ts";

/** Writes an element as HTML. All texts are escaped. */
export function toHtml(child: Child): string {
  if (child === null || child === undefined || child === false) return "";
  // A number and its sign stay on one line.
  if (typeof child !== "object") return escapeHtml(String(child).replace(/(\d) %/g, "$1\u00a0%"));
  const { tag, attributes, children } = child;
  return `<${tag}${attributesOf(attributes)}>${children.map(toHtml).join("")}</${tag}>`;
}

function attributesOf(attributes: Attributes): string {
  return Object.entries(attributes)
    .map(([name, value]) => {
      if (value === undefined || value === false) return "";
      if (value === true) return ` ${name}`;
      const text =
        typeof value === "object"
          ? Object.entries(value)
              .map(([property, one]) => `${property}:${one}`)
              .join(";")
          : String(value);
      return ` ${name}="${escapeHtml(text)}"`;
    })
    .join("");
}

/**
 * Elements that coding agents and other harnesses put into user messages. No human wrote them, and
 * scoring them would make all requests of a session look alike.
 */
const elements: ReadonlySet<string> = new Set([
  "system-reminder",
  "environment_details",
  "environment_context",
  "command-message",
  "local-command-stdout",
  "local-command-stderr",
  "bash-stdout",
  "bash-stderr",
  "tool_result",
  "function_results",
]);
const longestName = Math.max(...Array.from(elements, (name) => name.length));
const initials: ReadonlySet<number> = new Set(Array.from(elements, (name) => name.charCodeAt(0)));
/** Largest number of closing tags that are read; a text with more is searched for each name instead. */
const mostTags = 2_000;

/**
 * Removes harness elements. An element that is never closed is kept. Linear in the length of the text;
 * a text without elements is scanned once.
 */
export function withoutHarness(text: string): string {
  let rest = text;
  for (const name of closedElements(text)) rest = withoutElement(rest, `<${name}>`, `</${name}>`);
  return rest === text ? text : rest.trim();
}

const none: ReadonlySet<string> = new Set();

/** Returns the names of the elements that may be in the text, by its closing tags. */
function closedElements(text: string): ReadonlySet<string> {
  let found: Set<string> | undefined;
  let tags = 0;
  for (let at = text.indexOf("</"); at >= 0; at = text.indexOf("</", at + 2)) {
    tags += 1;
    if (tags > mostTags) return elements;
    if (!initials.has(text.charCodeAt(at + 2))) continue;
    const name = text.slice(at + 2, at + 3 + longestName).split(">", 1)[0] as string;
    if (elements.has(name)) {
      found ??= new Set();
      found.add(name);
    }
  }
  return found ?? none;
}

function withoutElement(text: string, open: string, close: string): string {
  let start = text.indexOf(open);
  if (start < 0) return text;
  let kept = "";
  let from = 0;
  while (start >= 0) {
    const end = text.indexOf(close, start + open.length);
    if (end < 0) break;
    kept += text.slice(from, start);
    from = end + close.length;
    start = text.indexOf(open, from);
  }
  return kept + text.slice(from);
}

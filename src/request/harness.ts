/**
 * Elements that coding agents and other harnesses put into user messages: they were not asked by a
 * human, and scoring them would make every request of a session look alike.
 */
const elements: readonly (readonly [open: string, close: string])[] = [
  "system-reminder",
  "environment_details",
  "environment_context",
  "command-message",
  "local-command-stdout",
  "tool_result",
].map((name) => [`<${name}>`, `</${name}>`] as const);

/**
 * Removes harness elements. An element that is never closed is left as it is. Linear in the length
 * of the text: each element name costs at most one scan.
 */
export function withoutHarness(text: string): string {
  if (!text.includes("<")) return text;
  let rest = text;
  for (const [open, close] of elements) rest = withoutElement(rest, open, close);
  return rest === text ? text : rest.trim();
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

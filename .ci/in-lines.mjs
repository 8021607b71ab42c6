// Puts code without white space in lines again, one a statement: Node prints the line above an error that nothing caught.
import { parseAst } from "rolldown/parseAst";

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/**
 * The code, with a line for each statement and member of a class, and its source map, whose places move along. Texts that
 * were made templates are strings again: V8 reads those faster, and bundlers know them in `import()`.
 */
export function inLines({ code: given, map }) {
  const { breaks, code } = readCode(given);
  let written = "";
  let from = 0;
  for (const at of breaks) {
    written += `${code.slice(from, at)}\n`;
    from = at;
  }
  return {
    code: written + code.slice(from),
    map: map && { ...map, mappings: moved(map.mappings, columnsOf(code, breaks)) },
  };
}

/** Offsets before which a line may end: of statements and members that follow a semicolon or a brace. No offset changes. */
function readCode(code) {
  const found = new Set();
  const quotes = [];
  const visit = (node) => {
    if (typeof node !== "object" || node === null) return;
    const { type, start, end } = node;
    if (type === "TaggedTemplateExpression") {
      visit(node.tag);
      for (const one of node.quasi.expressions) visit(one);
      return;
    }
    if (type === "TemplateLiteral" && node.expressions.length === 0) {
      const text = code.slice(start + 1, end - 1);
      const quote = text.includes("\n") ? undefined : ['"', "'"].find((one) => !text.includes(one));
      if (quote !== undefined) quotes.push([start, quote], [end - 1, quote]);
      return;
    }
    if (/(?:Statement|Declaration|MethodDefinition|PropertyDefinition|StaticBlock)$/.test(type))
      if (start > 0 && ";{}".includes(code[start - 1])) found.add(start);
    for (const child of Object.values(node)) visit(child);
  };
  visit(parseAst(code));
  quotes.sort(([a], [b]) => a - b);
  let text = "";
  let from = 0;
  for (const [at, quote] of quotes) {
    text += code.slice(from, at) + quote;
    from = at + 1;
  }
  return { breaks: [...found].sort((a, b) => a - b), code: text + code.slice(from) };
}

/** The offsets as columns, by line of the code: a template may have lines of its own. */
function columnsOf(code, breaks) {
  const columns = [];
  let start = 0;
  let next = 0;
  for (const line of code.split("\n")) {
    const own = [];
    for (; next < breaks.length && breaks[next] <= start + line.length; next += 1)
      own.push(breaks[next] - start);
    columns.push(own);
    start += line.length + 1;
  }
  return columns;
}

/** Mappings of lines that are broken at these columns. The first number of each is its column, after that of the one before. */
function moved(mappings, columns) {
  const lines = mappings.split(";").map((line, index) => {
    const ends = columns[index] ?? [];
    let text = "";
    let [column, lineStart, before, broken] = [0, 0, 0, 0];
    for (const mapping of line === "" ? [] : line.split(",")) {
      const { value, rest } = firstNumber(mapping);
      column += value;
      for (; ends[broken] <= column; broken += 1) {
        text += ";";
        [lineStart, before] = [ends[broken], 0];
      }
      const separator = text === "" || text.endsWith(";") ? "" : ",";
      text += `${separator}${numberText(column - lineStart - before)}${rest}`;
      before = column - lineStart;
    }
    return text + ";".repeat(ends.length - broken);
  });
  return lines.join(";");
}

/** The first base64 VLQ of a mapping, and the text of the others. */
function firstNumber(mapping) {
  let value = 0;
  for (let at = 0; ; at += 1) {
    const digit = digits.indexOf(mapping[at]);
    value += (digit & 31) * 2 ** (5 * at);
    if (digit < 32)
      return { value: value % 2 === 1 ? -(value - 1) / 2 : value / 2, rest: mapping.slice(at + 1) };
  }
}

function numberText(value) {
  let left = value < 0 ? -value * 2 + 1 : value * 2;
  let text = "";
  do {
    const digit = left % 32;
    left = Math.floor(left / 32);
    text += digits[left > 0 ? digit + 32 : digit];
  } while (left > 0);
  return text;
}

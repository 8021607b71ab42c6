// Puts code without white space in lines again, one a statement: Node prints the line above an error that nothing caught.
import remapping from "@jridgewell/remapping";
import MagicString from "magic-string";
import { parseAst } from "rolldown/parseAst";

/**
 * The code, with a line for each statement and member of a class, and its source map. Texts that were made templates are
 * strings again: V8 reads those faster, and bundlers know them in `import()`.
 */
export function inLines({ code, map }) {
  const written = new MagicString(code);
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
      if (quote !== undefined) written.update(start, start + 1, quote).update(end - 1, end, quote);
      return;
    }
    // After a semicolon or a brace alone: a line must not end within a statement, which could begin another one.
    const isPart = /(?:Statement|Declaration|MethodDefinition|PropertyDefinition|StaticBlock)$/.test(type);
    if (isPart && start > 0 && ";{}".includes(code[start - 1])) written.appendLeft(start, "\n");
    for (const child of Object.values(node)) visit(child);
  };
  visit(parseAst(code));
  const moved = map && remapping([written.generateMap({ hires: true }), map], () => null);
  return { code: written.toString(), map: moved };
}

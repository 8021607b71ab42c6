import type { Fields } from "../outcomes/is-object.ts";

/**
 * Fills in values for `{{ name }}`, and nothing else of Nunjucks: calls `refuse` if the template holds logic,
 * filters or a name without a value. Inserted values are not read again. Linear.
 */
export function fillTemplate(template: string, values: Fields, refuse: (problem: string) => never): string {
  return template.replace(/\{\{([^{}]*)\}\}|\{%|\{#/g, (whole, inner: string | undefined) => {
    if (inner === undefined)
      refuse(
        `holds ${whole}: only variables, {{name}}, are filled in; run it with promptfoo and import the output`,
      );
    const name = (inner ?? "").replace(/^-|-$/g, "").trim();
    if (!/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name))
      refuse(
        "holds an expression or a filter: only variables, {{name}}, are filled in; run it with promptfoo and import the output",
      );
    if (!Object.hasOwn(values, name))
      return refuse(`asks for the variable ${name}, which the test does not have`);
    const value = values[name];
    return typeof value === "string" ? value : JSON.stringify(value);
  });
}

/**
 * The small model answers first; if a check does not accept the answer, the large model does. Use it where answers can
 * be checked: JSON by a schema, numbers, tool arguments. Needs OPENAI_API_KEY.
 */
import { createRouter } from "switchpoint";
import { cascade, finishReason, jsonSchema, notRefused } from "switchpoint/policies";
import { openai } from "switchpoint/providers/openai";

/** A schema of Zod, Valibot or ArkType fits as well. */
const invoice = {
  type: "object",
  properties: { number: { type: "string" }, totalEur: { type: "number" } },
  required: ["number", "totalEur"],
  additionalProperties: false,
};

const router = createRouter({
  models: { small: openai("gpt-5.4-mini"), large: openai("gpt-5.5") },
  policy: cascade({
    first: "small",
    then: "large",
    unless: [finishReason(), notRefused(), jsonSchema(invoice, { name: "invoice" })],
  }),
});

for (const letter of ["Invoice A-1, 20 EUR.", "Invoice B-2, twenty-one euros and five cents."]) {
  const { text, attempts } = await router.route(`Answer in JSON with number and totalEur: ${letter}`);
  console.log(text); // {"number":"A-1","totalEur":20} {"number":"B-2","totalEur":21.05}
  console.log(attempts.map(({ model, check }) => `${model} ${check?.accepted ?? "last"}`)); // [ 'small true' ] [ 'small false', 'large last' ]
}

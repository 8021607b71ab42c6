/**
 * A first router: easy prompts to a small model, hard ones to a large one.
 * Needs OPENAI_API_KEY.
 */
import { createRouter } from "switchpoint";
import { threshold } from "switchpoint/policies";
import { openai } from "switchpoint/providers/openai";

const router = createRouter({
  models: { small: openai("gpt-5.4-mini"), large: openai("gpt-5.5") },
  // About 30 % of this router's own traffic goes to the large model.
  policy: threshold({ small: "small", large: "large", largeShare: 0.3 }),
});

for (const prompt of ["What is the capital of France?", "Prove that the square root of 2 is irrational."]) {
  const { text, decision, costUsd } = await router.route(prompt);
  console.log(decision.model, text); // small Paris is the capital of France. large Suppose that it were p/q.
  console.log("US dollars:", costUsd);
}

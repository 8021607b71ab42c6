import { seededRandom } from "../../src/loop/statistics/index.ts";
import { frames, sentenceFrames, sentenceWords, smallFrames, smallTasks } from "../own-prompts/frames.ts";
import { easyInstructions, hardInstructions } from "../own-prompts/pads.ts";

/** A prompt that is put together from parts, with its label for the instruction head. */
export interface MadePrompt {
  readonly prompt: string;
  readonly label: number;
}

const easyPads = 1_500;
const hardPads = 450;
const cuts = [400, 900, 1_800];
const englishFrames = 100;
const otherFrames = 20;

type Pick = <T>(choices: readonly T[]) => T;
const pickBy =
  (random: () => number): Pick =>
  (choices) =>
    choices[Math.floor(random() * choices.length)] as (typeof choices)[number];

/** Instructions around texts, so that the instruction and not the length of the text decides. */
export function madePads(documents: readonly string[], seed: number): readonly MadePrompt[] {
  const random = seededRandom(seed);
  const pick = pickBy(random);
  const pad = (instruction: string): string => {
    const text = pick(documents).slice(0, pick(cuts));
    const place = random();
    if (place < 0.25) return `${instruction}\n\n${text}`;
    if (place < 0.4) return `${instruction}\n${text}`;
    if (place < 0.65) return `${instruction.replace(/[.:?]$/, "")}: ${text}`;
    if (place < 0.75) return `${instruction}\n"""\n${text}\n"""`;
    if (place < 0.8) return `${instruction}\n<text>\n${text}\n</text>`;
    if (place < 0.94) return `${text}\n\n${instruction}`;
    return `${instruction} ${text.replaceAll("\n", " ")}`;
  };
  const made = (instructions: readonly string[], count: number, label: number): readonly MadePrompt[] =>
    Array.from({ length: count }, (_, index) => ({
      prompt: pad(instructions[index % instructions.length] as string),
      label,
    }));
  return [...made(easyInstructions, easyPads, -1), ...made(hardInstructions, hardPads, 1)];
}

/** Hard and easy frames around objects, in every language. */
export function madeFrames(seed: number): readonly MadePrompt[] {
  const random = seededRandom(seed);
  const pick = pickBy(random);
  return Object.entries(frames).flatMap(([language, of]) => {
    const count = language === "en" ? englishFrames : otherFrames;
    const fill = (frame: string, object: string): string => frame.replace("_", object);
    const made = (all: readonly string[], objects: readonly string[], label: number): readonly MadePrompt[] =>
      Array.from({ length: count }, () => ({ prompt: fill(pick(all), pick(objects)), label }));
    return [...made(of.hardFrames, of.hardObjects, 1), ...made(of.easyFrames, of.easyObjects, -1)];
  });
}

/** Small programming tasks, which are neither hard nor easy, and sentences to be written, which are easy. */
export function madeSmallTasks(seed: number): readonly MadePrompt[] {
  const random = seededRandom(seed);
  const pick = pickBy(random);
  const tasks = Array.from({ length: 100 }, () => pick(smallFrames).replace("_", pick(smallTasks)));
  const sentences = Array.from({ length: 60 }, () => pick(sentenceFrames).replace("_", pick(sentenceWords)));
  return [
    ...tasks.map((prompt) => ({ prompt, label: 0 })),
    ...sentences.map((prompt) => ({ prompt, label: -1 })),
  ];
}

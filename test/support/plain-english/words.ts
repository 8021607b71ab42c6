/** An idiom that is not plain English, and how to say it. */
export interface OddWord {
  /** A regular expression without regard to case, of whole words; a space stands for any white space. */
  readonly pattern: string;
  /** Plain words for it. */
  readonly say: string;
  /** A sentence in which it must be found. */
  readonly odd: string;
  /** A sentence in which nothing must be found. */
  readonly fine?: string;
}

/** The end of a clause. */
const end = "(?=\\s*(?:[.,;:)]|$))";

/**
 * The list. Names of code in backticks and words in quotation marks are never looked at, so that a text may
 * speak about them.
 */
export const oddWords: readonly OddWord[] = [
  { pattern: "anew", say: "again", odd: "The weights are read anew." },
  {
    pattern: "beside",
    say: "next to, besides, in addition to, alongside",
    odd: "A second call beside the first one.",
    fine: "Besides, it is cheap.",
  },
  { pattern: "whoever", say: "the caller that, anyone who", odd: "Whoever opens it ends it." },
  {
    pattern: "of late(?! (?:answers?|calls?|chunks?|ones?|streams?))",
    say: "recently",
    odd: "It has failed too often of late.",
    fine: "A list of late calls.",
  },
  { pattern: "dearer", say: "more expensive", odd: "A dearer model." },
  { pattern: "dearest", say: "most expensive", odd: "At the dearest rate." },
  { pattern: "dear", say: "expensive", odd: "The second one is dear." },
  {
    pattern: "nobody",
    say: "no model, no caller; or a sentence without it",
    odd: "Nobody is asked when there is a pin.",
  },
  {
    pattern: "somebody|anybody|everybody",
    say: "the caller, the user: say who",
    odd: "Until somebody puts it back.",
  },
  {
    pattern: "in (?:its|his|their) hands?",
    say: "received, was given",
    odd: "A policy has had them in its hands.",
    fine: "It hands them over.",
  },
  {
    pattern: "suffice|suffices|sufficed",
    say: "is enough",
    odd: "The money does not suffice.",
    fine: "There is sufficient room.",
  },
  {
    pattern: "(?:has|have|had) come to",
    say: "now does; became",
    odd: "A constraint has come to forbid it.",
    fine: "Its end has come.",
  },
  { pattern: "be it", say: "whether it is", odd: "Any error, be it a refusal or not." },
  { pattern: "itinerary|itineraries", say: "attempt plan", odd: "The itinerary moves on." },
  {
    pattern: `(?:(?<!to )tells?|(?:not|has|have|are|can be|cannot be) told)${end}`,
    say: "report, say, is known",
    odd: "What a provider does not tell, is estimated.",
    fine: "It tells two models apart, where that is enough to tell.",
  },
  { pattern: "for want of", say: "for lack of, because there is no", odd: "Refused for want of money." },
  {
    pattern: "(?<!there )(?:is|are) none (?:that|of)|(?:that|which|what) (?:is|are) none",
    say: "is not one, is not a",
    odd: "Throws where the value is none that was exported.",
    fine: "Where there is none that fits, it throws.",
  },
  {
    pattern:
      "(?<!there )(?:is|are|was|were) no(?= \\w)(?! (?:longer|more|less|fewer|better|worse|higher|lower|larger|smaller|shorter|faster|slower|older|newer|earlier|later|cheaper|greater|further))",
    say: "is not a",
    odd: "A cost that is no number is refused.",
    fine: "There is no budget, it is no longer needed, and the answer is no.",
  },
  { pattern: "for ever", say: "forever, without end", odd: "It must not stay shut for ever." },
  { pattern: "he|him|his", say: "it, its, they, their", odd: "A caller holds his place." },
  { pattern: "befall|befalls", say: "happen to", odd: "What may befall a request." },
  {
    pattern: `any more${end}`,
    say: "no longer",
    odd: "What was permitted may not be any more.",
    fine: "It takes no more calls, nor any more tokens.",
  },
  {
    pattern: `all the same${end}`,
    say: "anyway",
    odd: "It is returned all the same.",
    fine: "They are all the same length.",
  },
  { pattern: "asked of", say: "sent to", odd: "It is asked of a second model." },
  { pattern: "hear|hears", say: "is called with, receives", odd: "The listener hears of it." },
  { pattern: "seldom", say: "rarely", odd: "It seldom fails." },
  { pattern: "shall", say: "must, will", odd: "Models that shall have a curve." },
  {
    pattern: "reckon|reckons|reckoned|reckoning",
    say: "compute, calculation",
    odd: "Reckons a formula out.",
  },
  {
    pattern: "what (?:became|becomes|has become) of",
    say: "what happens to, the result of",
    odd: "What became of one item.",
  },
  {
    pattern: "how far(?! (?:back|from|apart|away|ahead|above|below|to))",
    say: "how much, how well, the progress of",
    odd: "How far people agree.",
    fine: "How far back a space is looked for.",
  },
  {
    pattern: "(?:to|could|can|cannot) (?:not )?be had",
    say: "available, was obtained",
    odd: "Where no verdict could be had.",
  },
  { pattern: "in the midst of", say: "in the middle of", odd: "In the midst of a stream." },
  {
    pattern: "held up|(?:hold|holds) (?:it|them|this) up",
    say: "delays, delayed",
    odd: "Its rate holds it up for 300 ms more.",
  },
  { pattern: "affair", say: "decision, problem; or leave it out", odd: "That is its own affair." },
  { pattern: "one's own", say: "your own, the caller's own", odd: "A classifier of one's own." },
  {
    pattern: "(?:put|puts) (?:it |them |this )?right(?! (?:after|before|behind|next|at|in))",
    say: "fix, fixes, corrected",
    odd: "What the caller must put right.",
    fine: "The entry is put right after the last one.",
  },
  { pattern: "and such (?:that|as)", say: "and some that", odd: "Usual ones and such that break a reader." },
  {
    pattern: "(?:make|makes|made) of (?:it|them)",
    say: "answered, did with",
    odd: "Runs models and records what they make of it.",
  },
  {
    pattern: "(?:fail|fails|decide|decides|route|routes|count|counts|weigh|weighs|score|scores) alike",
    say: "the same way",
    odd: "Another model would fail alike.",
    fine: "Two values that look alike.",
  },
  {
    pattern: "so many(?! \\w+ that)",
    say: "this many, at most this many",
    odd: "So many requests of a unit count.",
    fine: "It makes so many calls that the limit is reached.",
  },
  { pattern: "(?:go|goes) by(?! default)", say: "uses, depends on", odd: "What a classifier goes by here." },
  {
    pattern:
      "(?:stand|stands) (?:in (?:the|a|an|its|html|errors|brackets)|before|behind|there|under|by itself)|where (?:it|they|the \\w+) stands?",
    say: "is, appears, precedes, follows",
    odd: "What stands before the colon.",
    fine: "A price that stands in for one that is not known.",
  },
  { pattern: "(?:say|says|said) of", say: "say about", odd: "What an endpoint says of its limits." },
  { pattern: "(?:will|would) about", say: "cost about", odd: "What it would about cost." },
  { pattern: "in as far as", say: "as far as", odd: "A line, in as far as it is read." },
  { pattern: "of use to", say: "useful to", odd: "They are of use to their model alone." },
  {
    pattern: `at the (?:least|most)${end}`,
    say: "at least, at most",
    odd: "It takes ten at the least.",
    fine: "It looks at the most recent call.",
  },
  {
    pattern: "(?:is|was) left behind",
    say: "is abandoned",
    odd: "A model that ignores its signal is left behind.",
    fine: "Nothing may be left behind.",
  },
  { pattern: "(?:give|gives) way to", say: "is replaced by", odd: "It gives way to the next one." },
  {
    pattern: "lest|albeit|thereof|therein|thereby|whereby|wherein|hitherto|henceforth|whilst|amongst|upon",
    say: "so that not, although, of it, in it, by which, until now, while, among, on",
    odd: "Whilst it waits.",
  },
];

/** A doc comment begins with a noun or a verb, not with one of these. */
export const oddBeginnings: readonly string[] = [
  "What",
  "Whatever",
  "Whether",
  "Who",
  "Whoever",
  "Whose",
  "Which",
  "Why",
  "How",
  "Where",
  "When",
  "Of",
  "As",
  "Told",
];

/** Base names of files whose strings are data or prompts to a model: only their comments are looked at. */
export const dataFiles: readonly string[] = [
  "demo-prompts",
  "judge",
  "judge-call",
  "keyword-score",
  "noise",
  "pairwise-judge",
  "refusal-patterns",
  "rubric-judge",
  "sample-answers",
  "sample-facts",
  "framing",
  "easy",
  "hard",
  "medium",
  "long",
  "more-english",
  "later-turns",
  "pads",
  "frames",
];

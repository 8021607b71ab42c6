const scripts: readonly (readonly [RegExp, string])[] = [
  [/\p{Script=Hangul}/u, "ko"],
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/u, "ja"],
  [/\p{Script=Han}/u, "zh"],
  [/\p{Script=Cyrillic}/u, "ru"],
  [/\p{Script=Arabic}/u, "ar"],
  [/\p{Script=Devanagari}/u, "hi"],
];

/** Letters and function words that identify a language with Latin letters. */
const latin: readonly (readonly [RegExp, string])[] = [
  [/[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]/i, "vi"],
  [/[ąęłńśźż]/i, "pl"],
  [/[ğış]/, "tr"],
  [/[ãõ]/i, "pt"],
  [/[ñ¿¡]/i, "es"],
  [/[äöüß]/i, "de"],
  [/[çèêœ]/i, "fr"],
  [words("co jest jak napisz dla oraz"), "pl"],
  [words("nedir bir için nasıl ile"), "tr"],
  [words("der die das ist und wie für mit eine schreibe erkläre"), "de"],
  [words("le les des est une du quelle avec écris démontre traduis"), "fr"],
  [words("el los qué cómo una con para escribe demuestra del explica"), "es"],
  [words("não você uma escreva são é traduza descreva"), "pt"],
];

function words(list: string): RegExp {
  return new RegExp(`(?<!\\p{L})(?:${list.replace(/ /g, "|")})(?!\\p{L})`, "iu");
}

/** Guesses the ISO 639-1 code by script and by a few words; English where nothing else fits. */
export function languageOf(prompt: string): string {
  const found = [...scripts, ...latin].find(([pattern]) => pattern.test(prompt));
  return found?.[1] ?? "en";
}

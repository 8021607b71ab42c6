import type { Optional, OptionKind, Required, WithDefault } from "./option-kind.ts";

/**
 * Options as plain data, next to the type that documents them: what each may be, and its default. The compiler refuses a
 * table whose keys, kinds or defaults do not fit the type. `Open`: options that have no default and may be left out.
 *
 *     export const capOptions: OptionTable<CapOptions, "label"> = {
 *       share: { is: "share", default: 0.1 },
 *       label: { is: "text", optional: true },
 *     };
 */
export type OptionTable<Options, Open extends keyof Options = never> = {
  // Not `keyof Options` alone, which would make one table of each part of a union.
  readonly [Key in keyof Options & string]: OptionKind<NonNullable<Options[Key]>> &
    (Key extends Open
      ? Optional
      : Record<never, never> extends Pick<Options, Key>
        ? WithDefault<NonNullable<Options[Key]>>
        : Required);
};

/** Options with their defaults. */
export type FilledOptions<Options, Open = never> = {
  readonly [Key in Exclude<keyof Options, Open>]-?: NonNullable<Options[Key]>;
} & Pick<Options, Extract<keyof Options, Open>>;

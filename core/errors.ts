/**
 * The one base class of every error this project throws on purpose. Each area derives its own class and
 * names its codes as a string-literal union. Codes are public and stable, sentences may change, and neither
 * ever carries claims, names or tokens.
 */
export abstract class HclError<Code extends string = string> extends Error {
  readonly code: Code;

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.name = new.target.name;
  }
}

/** Something that our own code guarantees does not hold: a defect of ours, never the caller's fault. */
export class InvariantError extends HclError<'INVARIANT'> {
  constructor(message: string) {
    super('INVARIANT', message);
  }
}

/** Throws {@link InvariantError} unless `condition` holds. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

import type { HealthRecord, Subject } from '../record.ts';

/** The fields of a record that are well formed by themselves. */
export type Sound<Kind extends HealthRecord> = Partial<Omit<Kind, 'type' | 'subject'>> & {
  readonly subject?: Partial<Subject>;
};

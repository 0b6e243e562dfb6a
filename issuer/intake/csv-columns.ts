/**
 * The header of an intake CSV: one column per field of a record, in any order and case, `docs/intake.md`. A file
 * may carry vaccinations and tests together; `type` says which, and cells of the other kind stay empty.
 */
import type { PlainObject } from '../../core/record/structure.ts';
import { subjectSchema, testSchema, vaccinationSchema } from '../../core/record/schema.ts';
import type { IntakeProblem } from './row.ts';

/**
 * The one place where a colour changes: derives what follows from a person's file and records, and stores each change
 * as a colour act, in one commit with the file that shows it, with the code that was asked for, and with whatever the
 * caller stores beside them. Without a change that is stored no code is made (`ColourActs.check`).
 */
import { toBase64url } from '../../core/bytes/base64url.ts';
import type { Crypto } from '../../core/crypto.ts';
import type { P256Jwk } from '../../core/credential/key.ts';
import { invariant } from '../../core/errors.ts';
import type { ColourCause } from '../../core/health/colour-act.ts';
import type { DerivedColour } from '../../core/health/derive.ts';
import type { Policy } from '../../core/policy/policy.ts';
import type { Colour, Scheme, StatusRecord } from '../../core/record/derived.ts';
import type { Subject } from '../../core/record/record.ts';
import { toUint64 } from '../../service/big-endian.ts';
import type { Clock, RandomBytes } from '../../service/clock.ts';
import type { WriteBatch } from '../../service/store.ts';
import { IssuerError } from '../errors.ts';
import type { DerivedIssue, RecordIssuer } from '../issue.ts';
import type { IssuedRow } from '../row.ts';
import { TABLES } from '../store.ts';
import { bearerOf, named } from './bearer.ts';
import type { ColourActs, ColourChange } from './colour-acts.ts';
import { edgeKey, edgeOf } from './colour-edges.ts';
import {
  colourNow,
  colourOrNone,
  isUnchanged,
  toColourAct,
  type Changing,
  type Deriving,
} from './colour-of.ts';
import { withSecret } from './file-secret.ts';
import { documentsOf, type HealthFile, type HealthFiles } from './health-file.ts';
import { checkRoom, withColour, withoutAnyCodes, withoutCodes, withRecord } from './held-codes.ts';
import type { KnownFactsDependencies } from './known-facts.ts';
import { Look } from './look.ts';
import type { MergedUpdate } from './one-file.ts';
import type { SeenFile } from './people.ts';
import { isOnePerson } from './same-person.ts';
import { toStatusRecord } from './status-record.ts';
import { unendedCode } from './unended-code.ts';

export interface RecolourDependencies extends KnownFactsDependencies {
  readonly crypto: Crypto;
  readonly did: string;
  /** Those whose colours this issuer gives. */
  readonly schemes: readonly Scheme[];
  readonly policies: readonly Policy[];
  readonly files: HealthFiles;
  readonly colourActs: ColourActs;
  readonly records: Pick<RecordIssuer, 'issueDerived'>;
  readonly now: Clock;
  readonly randomBytes: RandomBytes;
  /** The codes of these records hold no more, and are to be ended. */
  readonly onEnded: (recordIds: readonly string[]) => void;
  /** Some colour may be another one then, Unix seconds, though nothing new is known. */
  readonly onEdge: (atSeconds: number) => void;
}

/** A code that is asked for. */
export interface Asked {
  readonly scheme: Scheme;
  /** The travel credential is bound to it. */
  readonly holderKey?: P256Jwk;
  /** Refused with `HEALTH_COLOUR_DIFFERS` when the colour is another one. */
  readonly expected?: Colour;
  /** Whom the code is to name, as the asker knows them; refused with `HEALTH_OTHER_PERSON` when the file is of another. */
  readonly bearer?: Subject;
  /** Who stands before the asker, as their document says. */
  readonly presented?: Subject;
  /** References to what the asker has seen beside the issuer's own records. */
  readonly evidence?: readonly string[];
  /** Its last second at the latest, Unix seconds. */
  readonly untilSeconds?: number;
  /** See `DerivedIssue`: what must be on the disk with the code, or not at all. */
  readonly addTo?: NonNullable<DerivedIssue['addTo']>;
}

export interface IssuedStatus {
  readonly scheme: Scheme;
  readonly colour: DerivedColour;
  readonly sinceSeconds: number;
  /** Id of the colour act that gave it. */
  readonly change: string;
  readonly issued: IssuedRow;
}

/** What a file becomes, beside the colours that follow from it. */
interface Update {
  readonly file: HealthFile;
  readonly asked?: Asked;
  readonly cause?: ColourCause;
  readonly told?: MergedUpdate['told'];
  /** The person has other files that this one cannot be one with: no colour of it alone is shown at a door. */
  readonly isSplit?: boolean;
  readonly addTo?: (batch: WriteBatch) => void;
}

/** What the changes of a file come from, beside the facts. */
interface Following {
  readonly asked?: {
    readonly scheme: Scheme;
    readonly colour: DerivedColour;
    readonly evidence: readonly string[];
  };
  readonly cause?: ColourCause | undefined;
  /** Schemes to say a colour in, though the file has said none. */
  readonly told?: MergedUpdate['told'] | undefined;
}

interface Changed {
  readonly file: HealthFile;
  readonly changes: readonly ColourChange[];
  /** When the first colour that the person has may be another one; Unix seconds. */
  readonly edge: number;
}

const SALT_BYTES = 16;
const NOTHING = new Uint8Array(0);

export class Recolour {
  readonly #deps: RecolourDependencies;

  constructor(deps: RecolourDependencies) {
    this.#deps = deps;
  }

  /** Throws `HEALTH_POLICY_NOT_IN_FORCE`, `HEALTH_UNDECIDED`, `HEALTH_FILE_TOUCHED`. Writes nothing. */
  async colourOf({ file, look }: SeenFile, scheme: Scheme): Promise<DerivedColour> {
    return colourNow(scheme, await this.#deriving(file, look));
  }

  /** Whether the person would have another colour without this record of theirs. Writes nothing. */
  async restsOn(file: HealthFile, recordId: string): Promise<boolean> {
    const deriving = await this.#deriving(file);
    const without = { ...deriving, records: deriving.records.filter((one) => one.recordId !== recordId) };
    return this.#deps.schemes.some(
      (scheme) => colourOrNone(scheme, deriving)?.state !== colourOrNone(scheme, without)?.state,
    );
  }

  /** Stores the file with all changes of colours that follow. In the person's turn. Throws `HEALTH_FILE_TOUCHED`. */
  async update(
    number: number,
    { file: before, cause, told, isSplit = false, addTo }: Omit<Update, 'asked'>,
  ): Promise<void> {
    const deriving = await this.#deriving(before);
    const changed = this.#follow(deriving.file, deriving, { cause, told });
    const file = isSplit ? withoutAnyCodes(changed.file) : changed.file;
    await this.#commit(number, { ...changed, file, addTo });
  }

  /**
   * As {@link update}, and issues a code. Throws as {@link colourOf}, `HEALTH_COLOUR_DIFFERS`, `HEALTH_OTHER_PERSON`, and
   * as `issueDerived`.
   */
  async issue(number: number, { file, look }: SeenFile, asked: Asked): Promise<IssuedStatus> {
    const { scheme, expected } = asked;
    if (asked.bearer !== undefined && !isOnePerson(asked.bearer, file.subject)) {
      throw new IssuerError('HEALTH_OTHER_PERSON', 'the file under the document is of another person');
    }
    const deriving = await this.#deriving(named(file, asked), look);
    const bearer = asked.bearer ?? bearerOf(deriving);
    const colour = colourNow(scheme, deriving);
    if (expected !== undefined && colour.state !== expected) {
      throw new IssuerError('HEALTH_COLOUR_DIFFERS', 'the colour is not the one that was expected');
    }
    if ((asked.untilSeconds ?? Infinity) < deriving.atSeconds)
      throw new IssuerError('HEALTH_CODE_ENDED', 'no code of it would be valid');
    const changed = this.#follow(deriving.file, deriving, {
      asked: { scheme, colour, evidence: asked.evidence ?? [] },
    });
    const held = changed.file.colours[scheme];
    invariant(held !== undefined, 'a colour that was asked for is held');
    checkRoom(held, deriving.atSeconds);
    const wanted = toStatusRecord(bearer, { asked, colour, held });
    const record = await unendedCode(wanted, changed.file.ended, this.#deps);
    const issued = await this.#commit(number, { ...changed, asked, record });
    invariant(issued !== undefined, 'what was asked for is answered');
    return { scheme, colour, sinceSeconds: held.sinceSeconds, change: held.change, issued };
  }

  /** Every colour that the person has, and the one asked for; what cannot be derived now stays as it was told. */
  #follow(before: HealthFile, deriving: Deriving, { asked, cause, told = [] }: Following): Changed {
    let file: HealthFile = { ...before, usedAtSeconds: deriving.atSeconds };
    const changes: ColourChange[] = [];
    let edge = Infinity;
    for (const scheme of this.#deps.schemes) {
      const isAsked = scheme === asked?.scheme;
      const held = file.colours[scheme];
      if (held === undefined && !isAsked && !told.includes(scheme)) continue;
      const colour = isAsked ? asked.colour : colourOrNone(scheme, deriving);
      if (colour === undefined && held !== undefined) file = withoutCodes(file, scheme, held);
      if (colour !== undefined) edge = Math.min(edge, edgeOf(colour, file));
      if (colour === undefined || (held !== undefined && isUnchanged(held, colour))) continue;
      const change = this.#drawUp(
        { ...deriving, file },
        {
          scheme,
          derived: colour,
          evidence: isAsked ? asked.evidence : [],
          ...(cause === undefined ? {} : { cause }),
        },
      );
      changes.push(change);
      file = withColour(file, scheme, colour, change);
    }
    return { file, changes, edge };
  }

  #drawUp(
    deriving: Deriving,
    changing: Pick<Changing, 'scheme' | 'derived' | 'evidence' | 'cause'>,
  ): ColourChange {
    const { crypto, did, colourActs, randomBytes } = this.#deps;
    const salt = toBase64url(randomBytes(SALT_BYTES));
    return colourActs.drawUp(toColourAct({ ...deriving, ...changing, crypto, did, salt }));
  }

  async #commit(
    number: number,
    {
      file,
      changes,
      edge,
      asked,
      record,
      addTo,
    }: Changed & {
      readonly asked?: Asked;
      readonly record?: StatusRecord;
      readonly addTo?: Update['addTo'];
    },
  ): Promise<IssuedRow | undefined> {
    const { records, files, onEnded, onEdge } = this.#deps;
    const isEnding = file.ended.length > 0;
    const [result] = await records.issueDerived(record === undefined ? [] : [record], {
      changes,
      addTo: (batch, recordIds) => {
        files.put(batch, number, withRecord(file, record, recordIds[0]));
        if (edge < Infinity) batch.put(TABLES.healthEdges, edgeKey(edge, number), NOTHING);
        if (isEnding) batch.put(TABLES.healthWork, toUint64(number), NOTHING);
        addTo?.(batch);
        // Without a code nothing that belongs to it either.
        if (recordIds[0] !== undefined) asked?.addTo?.(batch, recordIds);
      },
    });
    if (edge < Infinity) onEdge(edge);
    if (isEnding) onEnded(file.ended.flatMap(({ recordIds }) => recordIds));
    if (result !== undefined && 'problems' in result) {
      throw new IssuerError('HEALTH_CODE_ENDED', 'no code of it would be valid');
    }
    return result;
  }

  /**
   * @param look by whoever has found the file, in the person's turn: a fact that comes after it finds the file there, and
   *   is followed
   */
  async #deriving(stored: HealthFile, look: Look = new Look(this.#deps)): Promise<Deriving> {
    const { colourActs, policies, now, randomBytes, schemes } = this.#deps;
    const atSeconds = Math.floor(now() / 1000);
    const file = withSecret(stored, { nowSeconds: atSeconds, randomBytes });
    for (const scheme of schemes) {
      await colourActs.checkHead({ subject: file.ref, scheme }, file.colours[scheme]?.change);
    }
    const records = await look.known(documentsOf(file.subject));
    return { policies, file, records, atSeconds };
  }
}

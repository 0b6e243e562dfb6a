/**
 * The document in hand, beside the code: by its machine-readable zone, or by hand; and what the rules ask an officer. No
 * outcome shows before.
 */
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { PresentedIdentity } from '../../../core/record/identity-match.ts';
import { readMrz } from '../../../core/record/mrz.ts';
import { Button } from '../../shared/ui/button.tsx';
import { TextField } from '../../shared/ui/fields.tsx';
import { Page } from '../../shared/ui/page.tsx';
import type { Decision } from '../engine/protocol.ts';
import type { Stated } from '../engine/stated.ts';
import type { CheckpointModel, CheckpointState } from '../model.ts';
import type { Texts } from '../texts/text.ts';
import { Failure } from './failure.tsx';
import { ListAge } from './list-age.tsx';
import { StatedQuestions } from './stated.tsx';
import { useKioskReturn } from './use-kiosk-return.ts';

export interface DocumentProps {
  readonly model: CheckpointModel;
  readonly state: CheckpointState;
  readonly decision: Decision;
  readonly texts: Texts;
  readonly nowSeconds: number;
}

interface Typed {
  readonly zone: string;
  readonly number: string;
  readonly name: string;
  readonly birth: string;
}

type Read = { readonly presented: PresentedIdentity } | { readonly problem: 'zone' | 'birth' | 'empty' };

/** Long enough to open a passport where the zone is, or to think before the next key. */
const KIOSK_RETURN_MS = 30_000;
const BIRTH = /^\d{4}-\d{2}-\d{2}$/;

export function Document({ decision, model, nowSeconds, state, texts }: DocumentProps): JSX.Element {
  const [typed, setTyped] = useState<Typed>({ zone: '', number: '', name: '', birth: '' });
  const [problem, setProblem] = useState<'zone' | 'birth' | 'empty'>();
  const [stated, setStated] = useState<Stated>({});
  const { document: words } = texts;
  const { isKiosk } = state.settings;
  // A traveller is no officer.
  const asks = isKiosk ? [] : (decision.asks ?? []);
  const change = (part: Partial<Typed>): void => setTyped({ ...typed, ...part });
  const compare = (): void => {
    const read = readTyped(typed);
    if ('problem' in read) setProblem(read.problem);
    else void model.compare(read.presented, stated);
  };
  const isLeft = isKiosk && !state.isChecking;
  useKioskReturn(isLeft, () => model.scanNext(), { afterMs: KIOSK_RETURN_MS, since: typed });
  // A document scanner types the whole zone: nobody has to press a button then, where everything asked has its answer.
  // An answer that is given later waits for the button: a key or a tap amiss decides nothing.
  useEffect(() => {
    const presented = readMrz(typed.zone);
    const isAllSaid = asks.every((fact) => stated[fact] !== undefined);
    if (presented !== undefined && isAllSaid) void model.compare(presented, stated);
  }, [typed.zone]);
  return (
    <Page
      title={words.title}
      back={{ name: texts.back, onPress: () => model.scanNext() }}
      actions={
        <>
          <Button look="primary" icon="check" isDisabled={state.isChecking} onPress={compare}>
            {words.compare}
          </Button>
          <Button look="plain" isDisabled={state.isChecking} onPress={() => void model.compare({}, stated)}>
            {words.skip}
          </Button>
        </>
      }
    >
      <ListAge
        known={state.known}
        policy={model.policy}
        nowSeconds={nowSeconds}
        language={state.settings.language}
        texts={texts}
      />
      <p class="intro">{words.intro}</p>
      {isKiosk ? <p class="intro">{texts.verdict.returns}</p> : null}
      <Failure state={state} texts={texts} />
      {asks.length === 0 ? null : (
        <StatedQuestions asks={asks} stated={stated} texts={texts} onChange={setStated} />
      )}
      <FocusedZone>
        <TextField
          label={words.zone}
          help={words.zoneHelp}
          value={typed.zone}
          rows={3}
          isCode
          onChange={(zone) => change({ zone })}
          {...(problem === 'zone' ? { problem: words.zoneInvalid } : {})}
        />
      </FocusedZone>
      <p class="document-or">{words.or}</p>
      <TextField
        label={words.number}
        value={typed.number}
        onChange={(number) => change({ number })}
        {...(problem === 'empty' ? { problem: words.empty } : {})}
      />
      <TextField label={words.name} value={typed.name} onChange={(name) => change({ name })} />
      <TextField
        label={words.birth}
        help={words.birthHelp}
        value={typed.birth}
        onChange={(birth) => change({ birth })}
        {...(problem === 'birth' ? { problem: words.birthInvalid } : {})}
      />
    </Page>
  );
}

/** The cursor waits where a document scanner types. */
function FocusedZone({ children }: { readonly children: JSX.Element }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => box.current?.querySelector('textarea')?.focus(), []);
  return <div ref={box}>{children}</div>;
}

function readTyped({ birth, name, number, zone }: Typed): Read {
  if (zone.trim() !== '') {
    const presented = readMrz(zone);
    return presented === undefined ? { problem: 'zone' } : { presented };
  }
  if (birth.trim() !== '' && !BIRTH.test(birth.trim())) return { problem: 'birth' };
  const presented = {
    ...(number.trim() === '' ? {} : { documentNumber: number.trim() }),
    ...(name.trim() === '' ? {} : { name: name.trim() }),
    ...(birth.trim() === '' ? {} : { birth: birth.trim() }),
  };
  return Object.keys(presented).length === 0 ? { problem: 'empty' } : { presented };
}

/**
 * Preset dictionary 1 of the HCL1 codec: text that credentials share, so that a code carries only what is its
 * own. Protocol strings, public value-set codes and public suffixes, nothing of a person or of one issuer. Frozen:
 * a change is a new dictionary number. What credentials contain most often stands last, where distances are short;
 * pieces that follow each other in canonical JSON stand together, so that one match covers them.
 */
import { toUtf8 } from '../bytes/utf8.ts';

/** Values of the public code systems (SNOMED CT, LOINC, ICD-11, ATC, CVX, EU eHealth Network), rarer ones first. */
const VALUES = [
  // other kinds of credential
  '"},"vct":"urn:hcl:declaration:1"}"},"vct":"urn:hcl:conversion:1"}"},"vct":"urn:hcl:exemption:1"}',
  '"},"vct":"urn:hcl:recovery:1"}"},"vct":"urn:hcl:status:1"}"},"vct":"urn:hcl:pass:1"}',
  // products, manufacturers, prophylaxis
  'icd11|XM1AG7icd11|XM4YL8icd11|XM3DT5icd11|XM8866icd11|XM7HT3icd11|XM8NQ0icd11|XM5JC5icd11|XM9QW8',
  'icd11|XM1NL1icd11|XM0GQ8icd11|RA01atc|J07BX03atc|J07BN04atc|J07BN02atc|J07BN03atc|J07BN01cvx|208sct|6142004',
  'eu|EpiVacCoronaeu|Sputnik-Veu|Covaxineu|Covishieldeu|NVX-CoV2373eu|EU/1/21/1618eu|Ad26.COV2.Seu|EU/1/20/1525',
  'eu|Convideciaeu|WIBP-CorVeu|BBIBP-CorVeu|CoronaVaceu|EU/1/21/1529eu|EU/1/20/1507eu|EU/1/20/1528',
  'eu|Gamaleya-Research-Instituteeu|Bharat-Biotecheu|ORG-100001981eu|ORG-100013793eu|ORG-100032020eu|ORG-100001417',
  'eu|ORG-100001699eu|Sinopharm-WIBPeu|ORG-100020693","manufacturer":"eu|Sinovac-Biotecheu|ORG-100031184eu|ORG-100030215',
  '","prophylaxis":"sct|29061000087103sct|1162643001sct|1119305005sct|1157024006sct|1119349007',
  // methods, specimens, results
  'loinc|94558-4loinc|94500-6loinc|LP217198-3sct|119339001sct|119342007sct|445297001sct|258500001sct|472881004',
  'sct|125154007sct|419984006sct|260373001',
  // identity
  '","docIssuer":"","docType":"OTHER","docType":"HVP","docType":"HKEC","docType":"HKBC',
  '","docType":"MOBIR","docType":"EEP","docType":"CNID","docType":"PASSPORT',
  '","sex":"U"},"vct":"urn:hcl:","sex":"X"},"vct":"urn:hcl:","sex":"F"},"vct":"urn:hcl:","sex":"M"},"vct":"urn:hcl:',
];

/** What an unusual credential has in the places of a usual one. */
const VARIANTS = [
  '{"cnf":{"jwk":{"crv":"P-256","kty":"EC","x":"","y":""}},"exp":16"}},"exp":17,"nbf":16,"nbf":17',
  '"facts":{"centre":"","country":"CN","date":"2020"country":"MO","date":"2021-1"collectedAt":"2022-0T',
  ':00+08:00","country":"HK","disease":"sct|840539006","kit":"","laboratory":"","method":"loinc|LP217198-3',
  '","reportedAt":"2022-12-00Z","result":"sct|260373001","specimen":"sct|472881004"},"iat":16',
  ',"lot":"","manufacturer":"eu|ORG-1000","product":"eu|CoronaVac","prophylaxis":"sct|1119349007","seriesDoses":1},"iat":16',
  ',"iss":"did:web:00,"jti":"","nbf":16","profile":"travel","status":{"status_list":{"idx":',
  '"}},"subject":{"dob":"19","doc":"dob":"20-0-1","docIssuer":"CN","docType":"PASSPORT","nameEn":"',
  '","docIssuer":"MO","docType":"MOBIR","docIssuer":"HK","docType":"HKID","nameEn":"","nameZh":"","sex":"',
  '.gov.cn","jti":".gov.mo","jti":".gov.hk","jti":".example","jti":"',
];

/** The usual credentials as they are, without what is their own: a venue test, then a venue vaccination. */
const TEMPLATES = [
  '{"alg":"ES256","kid":"","typ":"dc+sd-jwt"}{"exp":1700,"facts":{"collectedAt":"2022-12-0T',
  '0:00+08:00","country":"CN","disease":"sct|840539006","method":"loinc|LP6464-4","result":"sct|260415000',
  '"},"iat":1700,"iss":"did:web:","jti":"","profile":"venue","status":{"status_list":{"idx":1,"uri":"https://',
  '/status/2"}},"subject":{"doc":"**************","docType":"CNID","nameEn":"","nameZh":"**"},"vct":"urn:hcl:test:1"}',
  '{"alg":"ES256","kid":"","typ":"dc+sd-jwt"}{"facts":{"country":"HK","date":"2022-0',
  '","disease":"sct|840539006","doseNumber":,"product":"eu|EU/1/20/1528","seriesDoses":2},"iat":17"seriesDoses":3},"iat":17',
  '00,"iss":"did:web:","jti":"","profile":"venue","status":{"status_list":{"idx":,"uri":"https://',
  '/status/1"}},"subject":{"doc":"****)","docType":"HKID","nameEn":"**","nameZh":"**"},"vct":"urn:hcl:vaccination:1"}',
];

export const DICTIONARY_1: Uint8Array = toUtf8([...VALUES, ...VARIANTS, ...TEMPLATES].join(''));

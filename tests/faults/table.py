"""The faults: one a promise and place, each with the tests that have to turn red.

A fault is kept small: what a slip of the hand, a merge or a refactoring could do.
"""

from __future__ import annotations

from typing import Final

from tests.faults.fault import Fault

SHOWN = "nothing is sent that was not shown"
KEPT = "nothing typed is lost"
SECRET = "no secret leaks"
PLACE = "no action on the wrong record, tenant or host"
HONEST = "it is honest"
ONCE = "one confirmed action makes at most one write"
FILES = "no file is lost or half written"
BOUNDS = "nothing waits or grows without end"
SCRIPTS = "exit codes tell scripts the truth"

API_CURL = "tests/api/test_curl.py"
API_DECODE = "tests/api/test_decode.py"
API_FAILURES = "tests/api/test_failures.py"
API_FAULTS = "tests/api/test_faults.py"
API_ISOLATION = "tests/api/test_isolation.py"
API_LASTING_WRITES = "tests/api/test_lasting_writes.py"
API_OPERATIONS = "tests/api/test_operations.py"
API_REQUESTS = "tests/api/test_requests.py"
API_RETRIES = "tests/api/test_retries.py"
API_SECRET = "tests/api/test_secret.py"
API_SECRETS = "tests/api/test_secrets.py"
API_TARGET = "tests/api/test_target.py"
API_TRANSPORT_CONNECTIONS = "tests/api/test_transport_connections.py"
API_CONNECTING = "tests/api/test_connecting.py"
API_WRITES = "tests/api/test_writes.py"
CLI_AUDIT = "tests/cli/test_audit.py"
CLI_COMPLETION = "tests/cli/test_completion.py"
CLI_CREATE = "tests/cli/test_create.py"
CLI_DELETE = "tests/cli/test_delete.py"
CLI_DESIRED = "tests/cli/test_desired.py"
CLI_EXIT_CODES = "tests/cli/test_exit_codes.py"
CLI_GRAMMAR = "tests/cli/test_grammar.py"
CLI_INSTALLED = "tests/cli/test_installed.py"
CLI_EDGE = "tests/cli/test_edge.py"
CLI_OUTPUT = "tests/cli/test_output.py"
CLI_PROBE = "tests/cli/test_probe.py"
CLI_PROBE_MONITORS = "tests/cli/test_probe_monitors.py"
CLI_PROFILES = "tests/cli/test_profiles_command.py"
CLI_MANY = "tests/cli/test_many.py"
CLI_MISTAKES = "tests/cli/test_mistakes.py"
CLI_READING = "tests/cli/test_reading.py"
CLI_SECRET_INPUT = "tests/cli/test_secret_input.py"
CLI_SET = "tests/cli/test_set.py"
CLI_SIGNALS = "tests/cli/test_signals.py"
CLI_VERBOSITY = "tests/cli/test_verbosity.py"
E2E_COMPLETION = "tests/e2e/test_completion.py"
E2E_DRAFTS_SURVIVE = "tests/e2e/test_drafts_survive.py"
E2E_ENDS = "tests/e2e/test_ends.py"
E2E_NO_SECRET_LEAKS = "tests/e2e/test_no_secret_leaks.py"
E2E_READ_ONLY = "tests/e2e/test_read_only.py"
E2E_RUNS_SURVIVE = "tests/e2e/test_runs_survive.py"
E2E_SLOW_LINES = "tests/e2e/test_slow_lines.py"
E2E_TYPE_AHEAD = "tests/e2e/test_type_ahead.py"
E2E_SUSPEND = "tests/e2e/test_suspend.py"
EDITING_DRAFT = "tests/editing/test_draft.py"
EDITING_MERGE = "tests/editing/test_merge.py"
EDITING_PATCH = "tests/editing/test_patch.py"
EDITING_UNDO = "tests/editing/test_undo.py"
HOUSE_LIMITS = "tests/house/test_limits.py"
MAIL_EVIDENCE = "tests/mail/test_evidence.py"
MAIL_RECIPIENT = "tests/mail/test_recipient.py"
MAIL_JUDGE = "tests/mail/test_judge.py"
MAIL_PARAMETERS = "tests/mail/test_parameters.py"
MAIL_WAY = "tests/mail/test_way.py"
WORKFLOWS_PLAN = "tests/workflows/test_plan.py"
WORKFLOWS_RUN = "tests/workflows/test_run.py"
WORKFLOWS_DESIRED = "tests/workflows/test_desired.py"
WORKFLOWS_SAVE = "tests/workflows/test_save_record.py"
PROBE = "tests/probe/test_cases.py"
PROBE_ATTACKS = "tests/probe/test_attacks.py"
PROBE_REAL = "tests/probe/test_real_servers.py"
PROFILES_ACCESS = "tests/profiles/test_access.py"
PROFILES_CREDENTIALS = "tests/profiles/test_credentials.py"
PROFILES_MODEL = "tests/profiles/test_model.py"
PROFILES_PREFERENCES = "tests/profiles/test_preferences.py"
PROFILES_READING = "tests/profiles/test_reading.py"
PROFILES_STORE = "tests/profiles/test_store.py"
PROFILES_TRUST = "tests/profiles/test_trust.py"
SANDBOX_DATA_FILE = "tests/sandbox/test_data_file.py"
STATE_AUDITOR = "tests/state/test_auditor.py"
STATE_DRAFTS = "tests/state/test_drafts.py"
STATE_FILES = "tests/state/test_files.py"
STATE_JOURNAL = "tests/state/test_journal.py"
STATE_NAMES = "tests/state/test_names.py"
STATE_POWER_CUT = "tests/state/test_power_cut.py"
STATE_RUNS = "tests/state/test_runs.py"
STATE_TRUSTED_PATHS = "tests/state/test_trusted_paths.py"
UI_BULK_CHANGE = "tests/ui/bulk/test_change.py"
UI_BULK_COPY_TO = "tests/ui/bulk/test_copy_to.py"
UI_BULK_MARKS = "tests/ui/bulk/test_marks.py"
UI_BULK_PLAN = "tests/ui/bulk/test_plan.py"
UI_BULK_REST = "tests/ui/bulk/test_rest.py"
UI_BULK_UNDO = "tests/ui/bulk/test_undo_run.py"
UI_AFTERWARDS = "tests/ui/record_form/test_afterwards.py"
UI_CONFLICT = "tests/ui/review/test_conflict.py"
UI_CONNECTIONS_STATES = "tests/ui/connections/test_states.py"
UI_DELETE = "tests/ui/connections/test_delete.py"
UI_DRAFTS = "tests/ui/record_form/test_drafts.py"
UI_FRAME_DIFF = "tests/ui/terminal/test_frame_diff.py"
UI_FILES_OFF_THE_LOOP = "tests/ui/test_files_off_the_loop.py"
UI_FORM = "tests/ui/record_form/test_form.py"
UI_FORM_FACE = "tests/ui/record_form/test_face.py"
UI_HOSTILE = "tests/ui/widgets/test_hostile.py"
UI_LEAVING = "tests/ui/test_leaving.py"
UI_PROFILES_DIALOG = "tests/ui/profiles/test_dialog.py"
UI_PROFILES_FIRST_START = "tests/ui/profiles/test_first_start.py"
UI_PROFILES_FORM = "tests/ui/profiles/test_form.py"
UI_PROFILES_SWITCHING = "tests/ui/profiles/test_switching.py"
UI_RECORDS_TABLE = "tests/ui/widgets/test_table.py"
UI_RECORDS_VIEW = "tests/ui/connections/test_rows.py"
UI_REVIEW = "tests/ui/review/test_review.py"
UI_SECRET_FIELD = "tests/ui/record_form/test_secret_field.py"
UI_TEXT = "tests/test_text.py"
UI_PROBE_LOGIN = "tests/ui/probe/test_login.py"
UI_PROBE_STEPS = "tests/ui/probe/test_steps.py"
UI_PROBE_VIEWS = "tests/ui/probe/test_views.py"
UI_TEST_ROUND = "tests/ui/test_email/test_round.py"
UI_TEST_VERDICTS = "tests/ui/test_email/test_verdicts.py"
UI_TOKENS = "tests/ui/sign_in/test_tokens.py"
UI_TRUST = "tests/ui/sign_in/test_trust.py"
WORKFLOWS_TEST = "tests/workflows/test_test_email.py"

FAULTS: Final = (
    Fault(
        "the sent request is another than the shown one",
        SHOWN,
        "return json.dumps(self.body, default=_reveal, allow_nan=False).encode()",
        "return json.dumps({**self.body, 'via': 'tui'}, default=_reveal, allow_nan=False).encode()",
        (f"{API_REQUESTS}::test_the_body_that_is_shown_is_the_one_that_is_sent",),
    ),
    Fault(
        "the other side of a conflict is sent",
        SHOWN,
        "if choices[conflict.name] is Side.MINE",
        "if choices[conflict.name] is Side.THEIRS",
        (f"{EDITING_MERGE}::test_every_meeting_of_one_plain_parameter_has_its_outcome",),
    ),
    Fault(
        "a value that reads the same is sent",
        SHOWN,
        "return None if holds(before, after) else",
        "return None if after is before else",
        (f"{EDITING_PATCH}::test_a_port_that_reads_the_same_is_untouched_whatever_its_type",),
    ),
    Fault(
        "an untouched password is cleared",
        SHOWN,
        "        case Keep():\n            return None",
        '        case Keep():\n            return SecretStr("")',
        (f"{EDITING_PATCH}::test_a_port_that_reads_the_same_is_untouched_whatever_its_type",),
    ),
    Fault(
        "a port is sent as text",
        SHOWN,
        "len(text) <= _DIGITS_LIMIT:\n        return int(text)",
        "len(text) <= _DIGITS_LIMIT:\n        return text",
        (f"{EDITING_PATCH}::test_a_port_that_reads_the_same_is_untouched_whatever_its_type",),
    ),
    Fault(
        "a script is asked nothing and writes",
        SHOWN,
        "        if not on_terminal():\n            why, needed",
        "        if not on_terminal():\n            return\n            why, needed",
        (f"{CLI_SET}::test_where_nobody_can_be_asked_yes_is_needed",),
    ),
    Fault(
        "an Enter typed ahead deletes",
        SHOWN,
        "TYPED_AHEAD: Final = 0.4",
        "TYPED_AHEAD: Final = 0.0",
        (f"{UI_DELETE}::test_an_enter_typed_ahead_does_nothing",),
    ),
    Fault(
        "a changed request is not reviewed again",
        SHOWN,
        "        if not checked:\n            plan = job.plan()\n            continue",
        "        if not checked and (plan := job.plan()):\n            return await _send(job, plan)",
        (f"{WORKFLOWS_SAVE}::test_what_others_changed_to_the_same_is_reviewed_again_without_it",),
    ),
    Fault(
        "a test mail goes to several people",
        SHOWN,
        '    several = "," in text or ";" in text or text.count("@") > 1',
        '    several = ";" in text',
        (f"{MAIL_RECIPIENT}::test_a_wrong_recipient_is_refused_with_the_reason",),
    ),
    Fault(
        "a port above 65535 is taken",
        SHOWN,
        "return port if 1 <= port <= MAX_PORT else None",
        "return port if 1 <= port else None",
        (f"{MAIL_PARAMETERS}::test_what_is_no_port_is_refused",),
    ),
    Fault(
        "a dry run of a command writes",
        SHOWN,
        "        if rehearse:\n            return ends.Declined()",
        "        if rehearse and not plan.name:\n            return ends.Declined()",
        (f"{CLI_DELETE}::test_without_yes_a_script_deletes_nothing",),
    ),
    Fault(
        "the kept draft is laid over what others changed",
        KEPT,
        'if before.get(name, "") != text and not base.is_secret(name):',
        "if not base.is_secret(name):",
        (
            f"{EDITING_DRAFT}::test_a_kept_draft_changes_only_what_was_typed_whatever_others_did_since",
        ),
    ),
    Fault(
        "another process's draft is discarded",
        KEPT,
        "if draft.pid == os.getpid() and draft.record_name == record_name:",
        "if draft.record_name == record_name:",
        (f"{STATE_DRAFTS}::test_a_save_forgets_the_drafts_of_this_process_only",),
    ),
    Fault(
        "a switch of the profile loses a form",
        KEPT,
        "        lost = any(not text.saving() for text in self.leaving.unsaved())\n        if lost",
        "        lost = False\n        if lost",
        (f"{UI_PROFILES_SWITCHING}::test_a_switch_waits_for_a_form_that_holds_something_typed",),
    ),
    Fault(
        "esc leaves a form without asking",
        KEPT,
        "        if self.stop_waiting() or self.busy:\n"
        "            return\n"
        "        if self.unsaved:",
        "        if self.stop_waiting() or self.busy:\n"
        "            return\n"
        "        if self.unsaved and self.busy:",
        (f"{UI_DRAFTS}::test_esc_with_changes_asks_and_keep_editing_changes_nothing",),
    ),
    Fault(
        "a refused save closes the form",
        KEPT,
        "                self._show_refusal(error)\n            case ends.Refused",
        "                self._close(None)\n            case ends.Refused",
        (f"{UI_FORM}::test_a_refusal_of_the_server_lands_under_the_field_it_names",),
    ),
    Fault(
        "what is typed is not kept at a signal",
        KEPT,
        "            if self.latest is not None:\n                self._kept",
        "            if self.latest is None:\n                self._kept",
        (
            f"{E2E_DRAFTS_SURVIVE}::test_a_form_survives_a_signal_right_after_the_key_and_the_terminal_is_restored",
        ),
    ),
    Fault(
        "redirects are followed",
        SECRET,
        "                    await connection.handle_async_request(self._request(request, headers, trace))\n",
        "                    await httpx.AsyncClient(transport=connection, follow_redirects=True).send(\n"
        "                        self._request(request, headers, trace), stream=True\n"
        "                    )\n",
        (f"{API_ISOLATION}::test_no_redirect_is_followed",),
    ),
    Fault(
        "the bearer goes along with a login",
        SECRET,
        "        if request.operation is Operation.TOKEN:\n"
        "            return headers, ()\n"
        "        held",
        "        held",
        (
            f"{API_OPERATIONS}::test_a_login_is_a_form_without_a_bearer_and_gives_a_token_that_works",
        ),
    ),
    Fault(
        "a token that no header may carry is sent",
        SECRET,
        "if not is_token(token):",
        "if not token:",
        (f"{API_SECRETS}::test_a_token_that_cannot_be_sent_is_not_told_either",),
    ),
    Fault(
        "the token is kept in Activity",
        SECRET,
        "secrets = (*request.secrets(), *token)",
        "secrets = request.secrets()",
        (f"{API_SECRETS}::test_what_was_sent_is_not_shown_when_the_server_says_it_again",),
    ),
    Fault(
        "a password is kept in Activity",
        SECRET,
        "                    request=request.without_secrets(),",
        "                    request=request,",
        (f"{API_SECRETS}::test_what_is_kept_of_a_session_holds_no_secret",),
    ),
    Fault(
        "connections judged by the old certificate are used on",
        SECRET,
        "given_up = self._closed or self.target.trust_for(origin) != trust",
        "given_up = self._closed",
        (
            f"{API_TRANSPORT_CONNECTIONS}::test_a_read_that_was_to_use_the_old_trust_is_sent_with_the_new_one",
        ),
    ),
    Fault(
        "the shown request holds the password",
        SECRET,
        "shown = _dots if counted else mask",
        "shown = _dots if counted else _reveal",
        (f"{API_REQUESTS}::test_a_request_shows_its_secrets_to_nobody_but_the_wire",),
    ),
    Fault(
        "a mask is sent as a password",
        SECRET,
        "            if is_mask(self.value.get_secret_value()):",
        "            if is_mask(self.value.get_secret_value()) and not self.name:",
        (f"{API_SECRET}::test_a_mask_is_known_in_every_shape_and_never_assigned",),
    ),
    Fault(
        "the repr of a secret shows it",
        SECRET,
        "return f\"SecretStr('{MASK if self._value else ''}')\"",
        "return f\"SecretStr('{self._value}')\"",
        (f"{API_SECRET}::test_a_secret_shows_a_mask_however_it_is_printed",),
    ),
    Fault(
        "a passphrase is no secret",
        SECRET,
        '"passphrase", ',
        "",
        (f"{API_SECRET}::test_a_name_of_a_secret_is_known_in_any_spelling",),
    ),
    Fault(
        "a password that the server tells is kept",
        SECRET,
        "secret_state(raw) if secret else raw)",
        "raw)",
        (f"{API_DECODE}::test_no_value_under_a_secrets_name_is_kept",),
    ),
    Fault(
        "a page repeats a password",
        SECRET,
        "        secret.translate(_IN_HTML),\n",
        "        secret,\n",
        (f"{API_SECRET}::test_an_echo_is_masked_in_html",),
    ),
    Fault(
        "an error repeats what was sent",
        SECRET,
        "body=without_echo(answer.body, secrets) if shown else answer.body,",
        "body=answer.body,",
        (f"{API_SECRETS}::test_what_was_sent_is_not_shown_when_the_server_says_it_again",),
    ),
    Fault(
        "an echo in base64 is shown",
        SECRET,
        "return {plain, base64.b64encode(plain), *encoded}",
        "return {plain, *encoded}",
        (f"{API_SECRETS}::test_what_was_sent_is_not_shown_when_the_server_says_it_again",),
    ),
    Fault(
        "secrets of an answer are kept in Activity",
        SECRET,
        'if (by_name and is_secret_name(key)) or (hidden and key == "value")',
        "if not key",
        (
            f"{API_SECRETS}::test_a_verdict_does_not_repeat_the_password_nor_one_that_the_server_knows",
        ),
    ),
    Fault(
        "a changed certificate is taken for the pinned one",
        SECRET,
        "            if seen != sha256:",
        "            if not seen:",
        (f"{PROFILES_TRUST}::test_another_certificate_than_the_pinned_one_stops_everything",),
    ),
    Fault(
        "a CA file verifies nothing",
        SECRET,
        "if isinstance(trust, Pinned | Unverified):\n        context.check_hostname",
        "if isinstance(trust, Pinned | Unverified | CaFile):\n        context.check_hostname",
        (f"{PROFILES_TRUST}::test_a_ca_file_does_not_excuse_what_is_wrong_with_a_certificate",),
    ),
    Fault(
        "the login server is judged by the API's pin",
        SECRET,
        "pin = self.trust.identity or pin",
        "pin = pin or self.trust.identity",
        (f"{PROFILES_TRUST}::test_the_server_of_the_login_has_a_pin_of_its_own",),
    ),
    Fault(
        "a pin is talked out of",
        SECRET,
        "return not (self.trust.sha256 if origin == self.origin else self.trust.identity)",
        "return True",
        (f"{UI_TRUST}::test_a_changed_certificate_stops_everything_with_old_and_new_side_by_side",),
    ),
    Fault(
        "plain http goes to any host",
        SECRET,
        'if scheme == "http" and not (allow_http or origin.loopback):',
        'if scheme == "http" and not (allow_http or origin.host):',
        (f"{API_TARGET}::test_plain_http_goes_to_this_machine_only",),
    ),
    Fault(
        "undo sends a secret that it does not know",
        SECRET,
        "if not change.secret and not isinstance(former, SecretState | Absent):",
        "if not isinstance(former, SecretState):",
        (
            f"{EDITING_UNDO}::test_a_password_set_where_the_record_mentioned_none_is_not_cleared_behind_ones_back",
        ),
    ),
    Fault(
        "a token is used again after the host was edited",
        SECRET,
        "return (profile.name, *origins, target.scope.tenant, profile.token)",
        "return (profile.name, target.scope.tenant, profile.token)",
        (
            f"{UI_PROFILES_FORM}::test_the_token_of_a_profile_is_not_sent_to_the_host_that_it_is_edited_to",
        ),
    ),
    Fault(
        "a token command gets the tokens of others",
        SECRET,
        "return {name: environ[name] for name in environ.keys() - named - set(sources.TOKEN_VARIABLES)}",
        "return {name: environ[name] for name in environ.keys() - (named & set())}",
        (f"{PROFILES_CREDENTIALS}::test_the_vendors_token_variables_are_not_handed_on",),
    ),
    Fault(
        "a token of one product goes to another's host",
        SECRET,
        "token=EnvironmentToken(named.token) if environ.get(named.token) else PromptToken(),",
        "token=EnvironmentToken('CAM_BEARER_TOKEN') if environ.get('CAM_BEARER_TOKEN') else PromptToken(),",
        (f"{PROFILES_MODEL}::test_the_variables_of_later_products_make_it_too",),
    ),
    Fault(
        "a password file that others may read is taken",
        SECRET,
        "if os.fstat(file.fileno()).st_mode & _OTHERS:",
        "if os.fstat(file.fileno()).st_mode & 0:",
        (f"{CLI_SECRET_INPUT}::test_a_file_open_to_others_is_refused",),
    ),
    Fault(
        "Textual's own log records what is typed",
        SECRET,
        'for name in [name for name in os.environ if name.startswith("TEXTUAL")]:',
        'for name in [name for name in os.environ if name.startswith("TEXTUAL_X")]:',
        (
            f"{E2E_NO_SECRET_LEAKS}::test_no_secret_is_left_in_files_arguments_child_environments_copies_or_the_terminal",
        ),
    ),
    Fault(
        "a copied curl line holds the password",
        SECRET,
        '"value": f"{marker}{len(names) - 1}."}',
        '"value": str(getattr(value.value, "_value", ""))}',
        (f"{API_CURL}::test_a_copied_line_sends_what_the_program_sends",),
    ),
    Fault(
        "a password can be copied out of its field",
        SECRET,
        "    def action_copy(self) -> None:\n"
        '        """Do nothing: a secret does not go to a clipboard."""\n'
        "\n"
        "    def action_cut",
        "    def action_cut",
        (f"{UI_SECRET_FIELD}::test_a_password_can_be_neither_copied_nor_cut",),
    ),
    Fault(
        "the system's authorities are not asked",
        SECRET,
        "if isinstance(trust, Pinned | Unverified):\n        context.check_hostname",
        "if isinstance(trust, Pinned | Unverified | SystemTrust):\n        context.check_hostname",
        (f"{PROFILES_TRUST}::test_a_self_signed_certificate_is_refused_before_anything_is_sent",),
    ),
    Fault(
        "a read-only profile writes",
        PLACE,
        '            raise errors.AccessRefused(call, f"The profile {self.target.name} is read-only")\n'
        "        if self",
        "            pass\n        if self",
        (f"{API_ISOLATION}::test_a_read_only_profile_sends_no_write",),
    ),
    Fault(
        "a read-only profile tests values that are not saved",
        PLACE,
        "return self.operation is Operation.TEST_SAVED and not self.assignments",
        "return self.operation is Operation.TEST_SAVED",
        (f"{PROFILES_ACCESS}::test_a_read_only_profile_stores_nothing_and_mails_no_unsaved_value",),
    ),
    Fault(
        "a test email is sent that the profile forbids",
        PLACE,
        "if request.operation in TESTS and not self.target.test_emails:",
        "if request.tests_as_saved and not self.target.test_emails:",
        (
            f"{PROFILES_ACCESS}::test_a_profile_that_forbids_test_emails_sends_none_whatever_its_access",
        ),
    ),
    Fault(
        "a protected profile writes without the record's name",
        PLACE,
        "        if self.target.access is not Access.PROTECTED or request.operation not in CHANGES:",
        "        if self.target.access or request.operation not in CHANGES:",
        (f"{PROFILES_ACCESS}::test_a_name_is_good_for_one_write_of_one_request",),
    ),
    Fault(
        "the typed name is not compared with the server's",
        PLACE,
        "        if confirmed[1] != name:",
        "        if not confirmed[1]:",
        (f"{PROFILES_ACCESS}::test_a_protected_profile_compares_the_typed_name_with_the_servers",),
    ),
    Fault(
        "a typed name is good for another request",
        PLACE,
        "if confirmed is None or confirmed[0] != request:",
        "if confirmed is None:",
        (f"{PROFILES_ACCESS}::test_a_name_is_good_for_one_write_of_one_request",),
    ),
    Fault(
        "a login goes to the API's host",
        PLACE,
        "return self.target.identity_origin if is_login else self.target.origin",
        "return self.target.origin if is_login else self.target.origin",
        (f"{PROFILES_TRUST}::test_the_server_of_the_login_has_a_pin_of_its_own",),
    ),
    Fault(
        "a left profile sends on",
        PLACE,
        "        if self._closed:\n            raise errors.NotSent(call",
        "        if not self._limits:\n            raise errors.NotSent(call",
        (f"{API_WRITES}::test_a_profile_left_while_a_name_is_compared_sends_no_write",),
    ),
    Fault(
        "the list is asked for all teams",
        PLACE,
        'return (("tenantId", scope.tenant), ("ace_orgGuid", scope.team))',
        'return (("tenantId", scope.tenant), ("ace_orgGuid", "all"))',
        (
            f"{API_OPERATIONS}::test_each_operation_has_the_method_path_query_and_bearer_of_the_vendor",
        ),
    ),
    Fault(
        "a patch goes to all namespaces",
        PLACE,
        '        ("cloudOE_spaceGuid", scope.namespace),\n',
        '        ("cloudOE_spaceGuid", "all"),\n',
        (
            f"{API_OPERATIONS}::test_each_operation_has_the_method_path_query_and_bearer_of_the_vendor",
        ),
    ),
    Fault(
        "an id is put into a path as it is",
        PLACE,
        "return f\"{RECORDS_PATH}/{quote(record_id, safe='')}\"\n    except UnicodeEncodeError",
        'return f"{RECORDS_PATH}/{record_id}"\n    except UnicodeEncodeError',
        (f"{API_REQUESTS}::test_an_id_that_addresses_no_record_is_refused",),
    ),
    Fault(
        "an id of two dots is addressed",
        PLACE,
        'return record_id not in ("", ".", "..") and',
        'return record_id != "" and',
        (f"{API_REQUESTS}::test_an_id_that_addresses_no_record_is_refused",),
    ),
    Fault(
        "an id with a slash is addressed",
        PLACE,
        'and not any(sign in record_id for sign in "/\\\\")',
        'and not any(sign in record_id for sign in "\\0")',
        (f"{API_REQUESTS}::test_an_id_that_addresses_no_record_is_refused",),
    ),
    Fault(
        "a record with two ids is taken",
        PLACE,
        'if "id" in repeated:',
        'if "id" in repeated and "name" in repeated:',
        (f"{API_DECODE}::test_a_record_with_two_ids_cannot_be_read",),
    ),
    Fault(
        "any 404 says that the record is gone",
        PLACE,
        "gone = operation is Operation.GET or told.code in _GONE",
        "gone = True",
        (f"{API_FAILURES}::test_a_404_means_gone_only_by_its_code_or_to_a_read_of_a_record",),
    ),
    Fault(
        "a connection that is given up stays open",
        BOUNDS,
        '                opened.push_async_callback(details["return_value"].aclose)\n',
        "                pass\n",
        (
            f"{API_TRANSPORT_CONNECTIONS}::test_a_handshake_that_never_ends_is_given_up_and_its_connection_closed",
        ),
    ),
    Fault(
        "a read for a profile that was left is sent",
        PLACE,
        "given_up = self._closed or self.target.trust_for(origin) != trust",
        "given_up = self.target.trust_for(origin) != trust",
        (
            f"{API_TRANSPORT_CONNECTIONS}::test_nothing_is_sent_on_a_connection_that_was_made_for_a_profile_that_was_left",
        ),
    ),
    Fault(
        "set passes over a conflict when another value is clean",
        PLACE,
        "            if choices is None:\n                return ends.Conflicted(comparison)",
        "            if choices is None:\n                return True",
        (f"{WORKFLOWS_SAVE}::test_a_conflict_that_is_not_resolved_sends_nothing",),
    ),
    Fault(
        "a form passes over a conflict when another field is clean",
        PLACE,
        "        if comparison.conflicts or (self.deletes",
        "        if (comparison.conflicts and not comparison.patch) or (self.deletes",
        (f"{WORKFLOWS_SAVE}::test_a_conflict_that_is_not_resolved_sends_nothing",),
    ),
    Fault(
        "what others changed meanwhile is overwritten",
        PLACE,
        "        if _unchanged(before, theirs):\n            kept",
        "        if before or theirs:\n            kept",
        (f"{EDITING_MERGE}::test_every_meeting_of_one_plain_parameter_has_its_outcome",),
    ),
    Fault(
        "a clone has the id of its original",
        PLACE,
        "return replace(draft_of(record).as_new(), name=",
        "return replace(draft_of(record), name=",
        (f"{EDITING_DRAFT}::test_a_clone_is_a_new_record_without_the_secrets",),
    ),
    Fault(
        "records of two ids are compared",
        PLACE,
        "    if opened.id != now.id:\n        raise ValueError",
        "    if not opened.id:\n        raise ValueError",
        (f"{EDITING_MERGE}::test_two_different_records_are_never_compared",),
    ),
    Fault(
        "the environment's profile can be given a namesake",
        PLACE,
        "    if name == ENVIRONMENT:\n        return",
        "    if not name:\n        return",
        (f"{PROFILES_MODEL}::test_each_problem_is_named_with_its_field_and_in_words",),
    ),
    Fault(
        "--yes is enough in a protected profile",
        PLACE,
        "        if self.options.yes and not protected:",
        "        if self.options.yes:",
        (f"{CLI_SET}::test_a_protected_profile_wants_the_records_name",),
    ),
    Fault(
        "the first of two records of one name is meant",
        PLACE,
        "    if len(matching) == 1:\n        return next",
        "    if matching:\n        return next",
        (f"{CLI_READING}::test_an_ambiguous_name_is_refused_with_the_ids",),
    ),
    Fault(
        "Apply can be pressed before the name is typed",
        PLACE,
        "compact=True, disabled=bool(self._asks)",
        "compact=True",
        (f"{UI_REVIEW}::test_a_protected_profile_opens_apply_for_the_whole_name_only",),
    ),
    Fault(
        "the cursor stays in its line when rows move",
        PLACE,
        "        if found:\n            return min(found)[1]",
        "        if found:\n            return min(cursor, len(new) - 1)",
        (
            f"{UI_RECORDS_TABLE}::test_the_cursor_stays_on_its_record_and_in_its_line_when_rows_are_sorted_anew",
        ),
    ),
    Fault(
        "a record that was changed meanwhile is deleted",
        PLACE,
        "(self.deletes and not comparison.clean)",
        "(self.deletes and comparison.name_changed)",
        (
            "tests/ui/connections/test_delete.py::test_a_record_changed_meanwhile_is_shown_as_it_is_now_before_it_is_deleted",
            "tests/cli/test_delete.py::test_a_record_that_changed_meanwhile_stays",
        ),
    ),
    Fault(
        "a save does not read the record before it",
        PLACE,
        "        if self.record is None:\n            return bool(self.taken)",
        "        if self.record is not None:\n            return True\n        if self.record is None:\n            return bool(self.taken)",
        (f"{WORKFLOWS_SAVE}::test_what_others_changed_besides_is_kept_and_told",),
    ),
    Fault(
        "read-only is forgotten by the screen",
        PLACE,
        "return replace(target, access=Access.READ_ONLY) if self.read_only else target",
        "return target",
        (
            f"{E2E_READ_ONLY}::test_in_a_read_only_run_every_key_that_stores_is_dim_and_says_why_and_nothing_is_sent",
        ),
    ),
    Fault(
        "a delete of a record that was gone is told as done once its screen was left",
        HONEST,
        "gone = task.result()[1].outcome is WriteOutcome.GONE",
        "gone = False",
        (
            f"{UI_AFTERWARDS}::test_a_delete_that_was_left_and_finds_the_record_gone_is_not_told_as_done",
        ),
    ),
    Fault(
        "the journal shows a refused mail as any other answer",
        HONEST,
        "return VERDICTS.get(self.outcome) if self.begun.operation in _TESTS else None",
        "return None",
        (f"{CLI_AUDIT}::test_a_test_email_stands_there_with_its_verdict",),
    ),
    Fault(
        "a link that a link leads to is not judged by the sandbox",
        FILES,
        "            yield step\n            target",
        "            target",
        (
            f"{SANDBOX_DATA_FILE}::test_what_belongs_to_another_user_is_refused[_foreign_link_behind_a_link]",
        ),
    ),
    Fault(
        "any missing package is said to be the sandbox's",
        SCRIPTS,
        "return any(frame.filename.startswith(_SANDBOX) for frame in frames)",
        "return True",
        (f"{CLI_EDGE}::test_only_a_package_of_the_sandbox_is_said_to_need_the_extra",),
    ),
    Fault(
        "a program of uv tool is told to add the sandbox with pip",
        SCRIPTS,
        'elif (prefix / "uv-receipt.toml").exists():',
        "elif False:",
        (
            f"{CLI_INSTALLED}::test_an_extra_is_added_by_the_tool_and_from_the_place_of_the_installation",
        ),
    ),
    Fault(
        "a program from a wheel is told to add the sandbox from an index",
        SCRIPTS,
        'if url.startswith("file:"):\n        return',
        'if url.startswith("file:"):\n        return named if url else',
        (
            f"{CLI_INSTALLED}::test_an_extra_is_added_by_the_tool_and_from_the_place_of_the_installation",
        ),
    ),
    Fault(
        "a test without a login is said to have used the stored password",
        HONEST,
        "        if not self.logs_in:\n            return PasswordUsed.NO_LOGIN\n",
        "",
        (f"{WORKFLOWS_TEST}::test_values_without_a_username_use_no_password",),
    ),
    Fault(
        "a program that ends in the background touches the terminal and is stopped",
        BOUNDS,
        "        if not self._suspended:\n            super().stop_application_mode()",
        "        if True:\n            super().stop_application_mode()",
        (f"{E2E_SUSPEND}::test_in_the_background_a_signal_ends_it_and_keeps_what_was_typed",),
    ),
    Fault(
        "a write of the left profile reloads the list of the new one",
        PLACE,
        "        if event.session is self.session:\n            self._changed",
        "        if event.session is not None:\n            self._changed",
        (
            f"{UI_AFTERWARDS}::test_a_write_of_a_profile_that_was_left_has_no_list_of_another_read_again",
        ),
    ),
    Fault(
        "the profile's port is passed over",
        PLACE,
        "if port is not None and _port(str(port)) != (own_port or port):",
        "if port is not None and _port(str(port)) != port:",
        (f"{API_TARGET}::test_a_port_said_twice_has_to_be_the_same",),
    ),
    Fault(
        "a byte order mark is no JSON",
        HONEST,
        "if body.startswith(BOM_UTF8):",
        "if body.startswith(BOM_UTF8 * 2):",
        (
            f"{API_FAULTS}::test_a_fault_ends_in_its_error_is_told_in_words_and_no_write_is_sent_twice[byte order mark-list]",
        ),
    ),
    Fault(
        "a write is sent before it is journalled",
        HONEST,
        "        await self._intend(state, call)\n        try",
        "        try",
        (f"{API_WRITES}::test_nothing_is_sent_before_the_intent_is_kept",),
    ),
    Fault(
        "a protected profile writes without a journal",
        HONEST,
        "if problem and write.target.access is Access.PROTECTED:",
        "if problem and not write.target:",
        (
            f"{API_WRITES}::test_without_a_journal_a_protected_profile_sends_nothing_and_another_one_warns",
        ),
    ),
    Fault(
        "a write that was not sent is kept as not known",
        HONEST,
        "Ended(WriteOutcome.UNKNOWN if self.sent else WriteOutcome.NOT_SENT, words=words)",
        "Ended(WriteOutcome.UNKNOWN, words=words)",
        (f"{API_WRITES}::test_a_write_given_up_while_it_connects_was_surely_not_sent",),
    ),
    Fault(
        "a write that was sent is kept as not sent",
        HONEST,
        "            begins()\n",
        "            begins\n",
        (f"{API_WRITES}::test_a_write_given_up_on_leaving_is_kept_as_what_is_known_of_it",),
    ),
    Fault(
        "an outcome that is being kept is told as not known",
        HONEST,
        "for each in left if each.ended is None)",
        "for each in left)",
        (f"{API_WRITES}::test_a_write_given_up_on_leaving_is_kept_as_what_is_known_of_it",),
    ),
    Fault(
        "an interrupted command still sends what had not been sent",
        HONEST,
        "client.writes.stops_unsent = True",
        "client.writes.stops_unsent = False",
        (
            f"{CLI_SIGNALS}::test_a_mail_that_is_given_up_while_it_connects_is_told_and_journalled_as_not_sent",
        ),
    ),
    Fault(
        "a save that was not sent is told as unknown on leaving",
        HONEST,
        "GivenUp(each.write, each.sent)",
        "GivenUp(each.write, True)",
        (f"{UI_LEAVING}::test_leaving_now_before_a_save_was_sent_journals_it_as_not_sent",),
    ),
    Fault(
        "two threads write the journal",
        HONEST,
        'ThreadPoolExecutor(1, "journal")',
        'ThreadPoolExecutor(2, "journal")',
        (
            f"{STATE_AUDITOR}::test_lines_keep_their_order_and_none_is_lost_where_a_write_is_given_up_meanwhile",
        ),
    ),
    Fault(
        "lines that came together are lost but for the first",
        HONEST,
        "self.journal().append(*(line.entry() for line in lines))",
        "self.journal().append(lines[0].entry())",
        (
            f"{STATE_AUDITOR}::test_lines_that_come_together_are_written_together_and_each_before_its_request",
        ),
    ),
    Fault(
        "leaving cancels a write",
        HONEST,
        "told, _ = await asyncio.shield(task)",
        "told, _ = await task",
        (
            f"{API_LASTING_WRITES}::test_a_write_nobody_waits_for_any_more_is_done_and_its_outcome_kept",
        ),
    ),
    Fault(
        "a lost answer is journalled as refused",
        HONEST,
        "    if error.outcome_unknown:\n        outcome = WriteOutcome.UNKNOWN",
        "    if not error.call:\n        outcome = WriteOutcome.UNKNOWN",
        (f"{API_WRITES}::test_whatever_goes_wrong_is_kept_as_what_it_is",),
    ),
    Fault(
        "leaving does not wait for a write",
        HONEST,
        "return await self.writes.finish(seconds)",
        "return ()",
        (f"{API_LASTING_WRITES}::test_closing_waits_for_the_write_under_way",),
    ),
    Fault(
        "nobody is told how a left write ended",
        HONEST,
        "task.add_done_callback(lambda ended: self._tell(write, ended))",
        "task.done()",
        (f"{API_LASTING_WRITES}::test_the_end_of_such_a_write_is_told_once_and_without_a_secret",),
    ),
    Fault(
        "an entry that cannot be read is dropped",
        HONEST,
        "unreadable.append(Unreadable(position, str(error), name))",
        "del error, name",
        (f"{API_DECODE}::test_every_entry_of_a_list_is_a_record_or_counted",),
    ),
    Fault(
        "a refused login points to the half of it that is there",
        HONEST,
        "_MISSING.get(mail.subject.password_used, outcome.parameter)",
        "outcome.parameter",
        (f"{WORKFLOWS_TEST}::test_a_refused_login_points_to_the_half_of_it_that_is_missing",),
    ),
    Fault(
        "the form does not say why a password is not known",
        HONEST,
        "why = _NOT_TOLD if self._stored is SecretState.UNKNOWN",
        "why = _NOT_TOLD if self._stored is None",
        (
            f"{UI_SECRET_FIELD}::test_a_password_that_the_server_does_not_tell_of_is_not_known_everywhere",
        ),
    ),
    Fault(
        "a password of null counts as not set",
        HONEST,
        'return SecretState.UNKNOWN if value in (None, "") else SecretState.SET',
        'return SecretState.NOT_SET if value in (None, "") else SecretState.SET',
        (f"{API_DECODE}::test_what_is_known_of_a_password",),
    ),
    Fault(
        "records of one id are not flagged",
        HONEST,
        "if len(positions) == 1:",
        "if len(positions) <= 2:",
        (f"{API_DECODE}::test_records_that_share_an_id_are_all_listed_and_flagged",),
    ),
    Fault(
        "an error inside a yes is a yes",
        HONEST,
        "        if told.alone:\n",
        "        if told.code == 'none':\n",
        (f"{API_FAILURES}::test_a_write_is_not_done_where_a_good_status_comes_with_an_error",),
    ),
    Fault(
        "a server fault after a write counts as refused",
        HONEST,
        '    may_be_done = True\n    """The proxy may have failed after the work was done."""',
        '    may_be_done = False\n    """The proxy may have failed after the work was done."""',
        (
            f"{API_FAULTS}::test_a_fault_ends_in_its_error_is_told_in_words_and_no_write_is_sent_twice[500-create]",
        ),
    ),
    Fault(
        "a silence after a write counts as refused",
        HONEST,
        '    may_be_done = True\n    """What the lost answer said, nobody knows."""',
        '    may_be_done = False\n    """What the lost answer said, nobody knows."""',
        (
            f"{API_FAULTS}::test_a_fault_ends_in_its_error_is_told_in_words_and_no_write_is_sent_twice[silence-create]",
        ),
    ),
    Fault(
        "a redirected write counts as refused",
        HONEST,
        '    may_be_done = True\n    """The server behind whatever answered so may have done it."""',
        '    may_be_done = False\n    """The server behind whatever answered so may have done it."""',
        (
            f"{API_FAULTS}::test_a_fault_ends_in_its_error_is_told_in_words_and_no_write_is_sent_twice[redirect-create]",
        ),
    ),
    Fault(
        "an entry of the journal may be of any length",
        HONEST,
        "ENTRY_BYTES: Final = 64 * 1024",
        "ENTRY_BYTES: Final = 64 * 1024 * 1024",
        (f"{STATE_JOURNAL}::test_deletes_of_a_huge_record_keep_the_history_and_can_be_read",),
    ),
    Fault(
        "the journal keeps a day only",
        HONEST,
        "KEPT: Final = timedelta(days=90)",
        "KEPT: Final = timedelta(days=1)",
        (f"{STATE_JOURNAL}::test_nothing_is_dropped_before_90_days_however_many_files_that_makes",),
    ),
    Fault(
        "an overlong line ends the reading of the journal",
        HONEST,
        "                overlong += 1\n                while",
        "                overlong += 1\n                break\n                while",
        (
            f"{STATE_JOURNAL}::test_a_line_that_is_too_long_is_skipped_and_counted_wherever_it_stands",
        ),
    ),
    Fault(
        "--yes sends again with a new token",
        ONCE,
        "        if plan.request == self._approved and (",
        "        if not plan.name and (",
        (f"{CLI_SET}::test_yes_does_not_send_again_with_the_next_token_of_a_command",),
    ),
    Fault(
        "commands say what drives the terminal",
        HONEST,
        "_fitting(clean(text, _LONGEST), sys.stderr)",
        "_fitting(text, sys.stderr)",
        (f"{CLI_READING}::test_a_name_cannot_drive_the_terminal",),
    ),
    Fault(
        "commands print what drives the terminal",
        HONEST,
        "    cells = [[clean(cell) for cell in row] for row in (heading, *rows)]",
        "    cells = [[*row] for row in (heading, *rows)]",
        (f"{CLI_READING}::test_a_name_cannot_drive_the_terminal",),
    ),
    Fault(
        "many records are changed without a yes",
        SHOWN,
        "    if options.yes and not protected and not large:",
        "    if not protected and not large:",
        (f"{CLI_MANY}::test_where_nobody_can_be_asked_many_need_yes_too",),
    ),
    Fault(
        "a large plan needs no more than a small one",
        SHOWN,
        "    large = bool(plan.large) and not options.force",
        "    large = False",
        (f"{CLI_MANY}::test_a_plan_that_changes_much_of_a_list_needs_force_or_the_number",),
    ),
    Fault(
        "a record is chosen that has one of the values only",
        PLACE,
        "        return all(_has(record, name, text)",
        "        return any(_has(record, name, text)",
        (f"{CLI_MANY}::test_records_are_chosen_by_all_their_values_on_every_profile",),
    ),
    Fault(
        "two profiles of one place send twice",
        ONCE,
        "        if first == profile.name:\n            yield",
        "        if first:\n            yield",
        (f"{CLI_MANY}::test_two_profiles_of_one_place_do_not_send_twice",),
    ),
    Fault(
        "a dry run of a test sends the mail",
        SHOWN,
        "    if several or wants_many(options) or options.dry_run:",
        "    if several or wants_many(options):",
        (f"{CLI_MANY}::test_a_dry_run_of_a_test_sends_no_mail",),
    ),
    Fault(
        "the best of many outcomes decides the exit code",
        SCRIPTS,
        "    return min((ExitCode.OK, *codes), key=_WORST.index)",
        "    return max((ExitCode.OK, *codes), key=_WORST.index)",
        (f"{CLI_MANY}::test_the_exit_code_is_that_of_the_worst_and_each_failure_is_told",),
    ),
    Fault(
        "what a file lacks is deleted unasked",
        PLACE,
        "        if wishes.prune:\n            entries",
        "        if wishes:\n            entries",
        (f"{CLI_DESIRED}::test_what_the_file_lacks_is_deleted_only_if_asked_to",),
    ),
    Fault(
        "a program is started for a file that others can change",
        SECRET,
        "        os.close(await asyncio.to_thread(open_trusted, file))\n",
        "        file.stat()\n",
        (f"{CLI_DESIRED}::test_a_program_is_started_only_for_a_file_that_nobody_else_can_change",),
    ),
    Fault(
        "a file replaces stored passwords unasked",
        SECRET,
        "if there is None or wishes.passwords or reference.always:",
        "if there is None or reference:",
        (f"{WORKFLOWS_DESIRED}::test_a_stored_secret_is_replaced_only_if_that_is_asked_for",),
    ),
    Fault(
        "a file names a variable with a token as a password",
        SECRET,
        "without_tokens(environ, profiles).get(reference.env)",
        "environ.get(reference.env)",
        (f"{WORKFLOWS_DESIRED}::test_a_secret_that_cannot_be_read_is_told_without_it",),
    ),
    Fault(
        "a password that is typed once goes to every record that asks for one",
        PLACE,
        'return cls(reference, what if isinstance(reference, FromPerson) else "")',
        'return cls(reference, "")',
        (f"{WORKFLOWS_DESIRED}::test_a_person_is_asked_for_each_record",),
    ),
    Fault(
        "a file changes any of several records with one name",
        PLACE,
        "        if len(named) > 1:\n            ids",
        "        if not named:\n            ids",
        (f"{WORKFLOWS_DESIRED}::test_what_cannot_be_right_is_refused_with_its_line",),
    ),
    Fault(
        "a plain word of a file becomes another value",
        KEPT,
        '**dict.fromkeys(("false", "False", "FALSE"), False)',
        '**dict.fromkeys(("false", "no", "FALSE"), False)',
        ("tests/editing/test_document.py::test_only_what_json_takes_for_a_number_is_one",),
    ),
    Fault(
        "a plan that is printed drives the terminal",
        HONEST,
        "        (show_whole if options.dry_run else show_one)(options, told)",
        "        show(json.dumps(told, ensure_ascii=False))",
        (f"{CLI_DESIRED}::test_no_text_of_the_server_drives_the_terminal",),
    ),
    Fault(
        "what the server sends drives the terminal",
        HONEST,
        "    if unicodedata.category(character) not in HIDDEN_CATEGORIES:\n"
        "        return character",
        "    if character:\n        return character",
        (f"{UI_TEXT}::test_one_line_holds_no_character_that_is_not_seen",),
    ),
    Fault(
        "bidirectional signs are shown",
        HONEST,
        'HIDDEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs",',
        'HIDDEN_CATEGORIES: Final = frozenset({"Cc", "Cs",',
        (f"{UI_TEXT}::test_one_line_holds_no_character_that_is_not_seen",),
    ),
    Fault(
        "rows that could not be read again look fresh",
        HONEST,
        "        self.table.stale = self.problem is not None and rows",
        "        self.table.stale = False",
        (
            f"{UI_CONNECTIONS_STATES}::test_after_an_error_the_old_rows_stay_marked_stale_until_r_succeeds",
        ),
    ),
    Fault(
        "a failed refresh says fresh",
        HONEST,
        'Content.styled(f"stale, {words}", "bold $bad")',
        'Content.styled(words, "bold $bad")',
        (
            f"{UI_CONNECTIONS_STATES}::test_after_an_error_the_old_rows_stay_marked_stale_until_r_succeeds",
        ),
    ),
    Fault(
        "a list is read by itself under a dialog",
        HONEST,
        "return self.is_active and table.has_focus",
        "return self.is_attached",
        (
            f"{UI_CONNECTIONS_STATES}"
            "::test_a_list_is_read_again_by_itself_but_never_while_something_is_open",
        ),
    ),
    Fault(
        "a reading by itself asks for a token",
        HONEST,
        "self._load(by_itself=True)",
        "self._load(by_itself=False)",
        (
            f"{UI_CONNECTIONS_STATES}"
            "::test_a_reading_by_itself_that_fails_asks_nothing_and_calls_the_rows_stale",
        ),
    ),
    Fault(
        "a key that does nothing is silent",
        HONEST,
        'if why is not None:\n                    words = f"{action.label_now(',
        'if why is None:\n                    words = f"{action.label_now(',
        (f"{UI_CONNECTIONS_STATES}::test_in_a_read_only_profile_a_key_that_does_nothing_says_why",),
    ),
    Fault(
        "why a key did nothing stays while other keys are pressed",
        HONEST,
        "            self.forget(About.IMPOSSIBLE)\n        await super().on_event(event)\n",
        "            pass\n        await super().on_event(event)\n",
        (
            f"{UI_BULK_CHANGE}::test_esc_stops_after_those_under_way_and_r_goes_on_with_the_rest",
            "tests/ui/connections/test_undo.py::test_undo_of_a_replaced_password_says_that_the_former_one_cannot_return",
        ),
    ),
    Fault(
        "why a key had to wait for a run stays when the run has ended",
        HONEST,
        "        forget(app, About.IMPOSSIBLE)  # what had to wait for the end\n",
        "",
        (f"{UI_BULK_CHANGE}::test_why_a_key_had_to_wait_for_a_run_goes_with_its_end",),
    ),
    Fault(
        "the key that stops a run is called Back",
        HONEST,
        '"Stop" if now.stops else ""',
        '"Stop" if now.busy else ""',
        (f"{UI_BULK_CHANGE}::test_esc_stops_after_those_under_way_and_r_goes_on_with_the_rest",),
    ),
    Fault(
        "a stopped run tells how long it takes",
        HONEST,
        "        halted = self.run.stopped and counts.left\n",
        "        halted = False\n",
        (f"{UI_BULK_CHANGE}::test_esc_stops_after_those_under_way_and_r_goes_on_with_the_rest",),
    ),
    Fault(
        "a test email that was accepted is sent again with those that were refused",
        ONCE,
        "    arrived_nowhere = verdict in (Verdict.REJECTED, Verdict.UNREACHABLE)\n",
        "    arrived_nowhere = True\n",
        (f"{UI_BULK_PLAN}::test_the_marked_ones_are_tested_one_mail_each_to_one_recipient",),
    ),
    Fault(
        "a test email without a verdict is sent again",
        ONCE,
        "    arrived_nowhere = verdict in (Verdict.REJECTED, Verdict.UNREACHABLE)\n",
        "    arrived_nowhere = verdict is not Verdict.ACCEPTED\n",
        (f"{UI_BULK_PLAN}::test_a_test_email_whose_outcome_is_unknown_is_not_sent_again",),
    ),
    Fault(
        "a test email whose answer was lost is sent again",
        ONCE,
        "    refused = isinstance(error, StatusError) and not error.outcome_unknown\n",
        "    refused = True\n",
        (f"{UI_BULK_PLAN}::test_a_test_email_whose_outcome_is_unknown_is_not_sent_again",),
    ),
    Fault(
        "a test email that arrived nowhere cannot be sent again",
        HONEST,
        "    arrived_nowhere = verdict in (Verdict.REJECTED, Verdict.UNREACHABLE)\n",
        "    arrived_nowhere = False\n",
        (f"{UI_BULK_PLAN}::test_the_marked_ones_are_tested_one_mail_each_to_one_recipient",),
    ),
    Fault(
        "after a run u undoes an older change",
        PLACE,
        "            _note_in_run(memory, job.run, outcome)\n",
        "            pass\n",
        (
            f"{UI_BULK_UNDO}::test_after_a_run_the_older_change_is_not_offered_and_u_restores_what_the_run_changed",
        ),
    ),
    Fault(
        "after a run an older change is offered to be undone",
        HONEST,
        "            forget(app, About.CHANGE)  # what came",
        "            pass  # what came",
        (
            f"{UI_BULK_UNDO}::test_after_a_run_the_older_change_is_not_offered_and_u_restores_what_the_run_changed",
        ),
    ),
    Fault(
        "the undo of a run overwrites what was changed since",
        PLACE,
        "            return Undo(Patch(), (_CHANGED,)), now\n",
        "            break\n",
        (
            f"{UI_BULK_UNDO}::test_what_a_run_cannot_bring_back_is_named_and_what_was_changed_since_is_left_alone",
        ),
    ),
    Fault(
        "the undo of a run does not say what it leaves out",
        HONEST,
        "    return (*plan.notes, *((",
        "    return (*plan.notes[:0], *((",
        (
            f"{UI_BULK_UNDO}::test_what_a_run_cannot_bring_back_is_named_and_what_was_changed_since_is_left_alone",
        ),
    ),
    Fault(
        "a plan does not say what undo cannot bring back",
        HONEST,
        "_NOT_UNDONE.items() if operation in operations]\n",
        "_NOT_UNDONE.items() if operation not in operations]\n",
        (f"{UI_BULK_UNDO}::test_u_after_a_delete_of_many_names_the_run_and_the_backup",),
    ),
    Fault(
        "the title of a plan counts what was dropped",
        SHOWN,
        "        return replace(kept, title=_MANY",
        "        return replace(kept, title=re.compile('^$')",
        (f"{UI_BULK_PLAN}::test_a_record_that_is_dropped_is_not_sent_and_can_be_taken_back",),
    ),
    Fault(
        "a run counts as done what was so already",
        HONEST,
        "        done=found[Progress.DONE],\n        already=found[Progress.ALREADY],\n",
        "        done=found[Progress.DONE] + found[Progress.ALREADY],\n",
        (f"{UI_BULK_PLAN}::test_equal_changes_are_folded_and_what_is_so_already_is_skipped",),
    ),
    Fault(
        "a wrong number in the review of a plan is not told",
        HONEST,
        "        if self.settled and self._apply.disabled and wanted:\n",
        "        if self.settled and not self._apply.disabled and wanted:\n",
        (
            f"{UI_BULK_CHANGE}::test_a_protected_profile_asks_for_the_number_once_and_each_record_is_changed",
        ),
    ),
    Fault(
        "the names of a run take the room of its outcomes",
        HONEST,
        '        Column("outcome", "OUTCOME", 12, flexible=True, grows=True),\n',
        '        Column("outcome", "OUTCOME", 12, flexible=True),\n',
        (
            f"{UI_BULK_CHANGE}::test_the_outcomes_of_an_ended_run_have_the_room_and_enter_shows_one_whole",
        ),
    ),
    Fault(
        "after the rest of a run u undoes an older change",
        PLACE,
        "                session.memory.last_change = change\n        self.show_situation()\n",
        "                pass\n        self.show_situation()\n",
        (f"{UI_BULK_REST}::test_after_the_rest_of_a_run_u_takes_the_run_back_and_no_older_change",),
    ),
    Fault(
        "a verdict that does not hold keeps its colour",
        HONEST,
        '"quiet" if outdated(tested, record) else verdict_role(tested.run)',
        "verdict_role(tested.run)",
        (
            f"{UI_RECORDS_VIEW}"
            "::test_a_verdict_that_does_not_hold_any_more_has_a_word_and_no_colour",
        ),
    ),
    Fault(
        "a verdict holds although another password was saved after it",
        HONEST,
        "    if tested.secret_saved:",
        "    if not tested:",
        (f"{UI_TEST_ROUND}::test_a_verdict_is_outdated_once_another_password_was_saved_after_it",),
    ),
    Fault(
        "any verdict of a form holds once a password is saved there",
        HONEST,
        " if mail.subject.patch.secrets == secrets)",
        ")",
        (f"{UI_TEST_ROUND}::test_a_verdict_is_outdated_once_another_password_was_saved_after_it",),
    ),
    Fault(
        "a verdict is outdated by the save of what was tested",
        HONEST,
        "replace(outcome, tested=same)",
        "outcome",
        (
            f"{UI_TEST_ROUND}"
            "::test_a_verdict_holds_once_the_password_that_was_tested_is_saved_and_after_a_restart",
        ),
    ),
    Fault(
        "a verdict is outdated by a save that was undone",
        HONEST,
        "                    if patch.secrets:",
        "                    if patch:",
        (
            f"{UI_TEST_ROUND}"
            "::test_a_verdict_holds_again_once_an_undo_has_restored_the_tested_values",
        ),
    ),
    Fault(
        "a name of a profile that is taken is refused out of sight",
        HONEST,
        "if not self.refuses(found):",
        "if not self.refuses(()):",
        (
            "tests/ui/profiles/test_first_start.py::test_a_name_that_is_taken_is_refused_under_its_field_where_it_is_seen",
        ),
    ),
    Fault(
        "a new profile that is to be opened is only saved",
        HONEST,
        "if found is not None and form.opens:",
        "if found is not None and not form.opens:",
        (
            "tests/ui/profiles/test_first_start.py::test_a_new_profile_that_is_saved_and_opened_is_in_use",
        ),
    ),
    Fault(
        "that a profile is saved is told only once the profiles are left",
        HONEST,
        "self._say(saved_words(profile, self._services), good=True)",
        'self._say("")',
        (
            "tests/ui/profiles/test_first_start.py::test_a_profile_that_is_only_saved_is_told_among_the_others",
        ),
    ),
    Fault(
        "the chosen team has no sign",
        HONEST,
        'f"‹{words}›" if chosen else f" {words} "',
        'f" {words} "',
        (
            "tests/ui/profiles/test_first_start.py::test_the_chosen_team_is_marked_without_the_focus_too_and_j_and_k_choose",
        ),
    ),
    Fault(
        "the digit of a profile moves with its row",
        HONEST,
        "for number, profile in enumerate(self._numbered, start=1)",
        "for number, profile in enumerate(self._all, start=1)",
        (
            "tests/ui/profiles/test_dialog.py::test_a_profile_keeps_its_digit_whichever_was_used_last",
        ),
    ),
    Fault(
        "a form does not say that the list has the name of its new record",
        HONEST,
        "checked=check, taken=bool(self._taken()))",
        "checked=check)",
        (
            "tests/ui/review/test_review.py::test_a_name_that_the_list_has_is_warned_of_in_the_form_and_in_the_first_review",
        ),
    ),
    Fault(
        "the review of a name that the list has does not warn",
        HONEST,
        "name=draft.name, taken=self._taken()",
        "name=draft.name",
        (
            "tests/ui/review/test_review.py::test_a_name_that_the_list_has_is_warned_of_in_the_form_and_in_the_first_review",
        ),
    ),
    Fault(
        "the review of a name that is taken starts on Create",
        HONEST,
        "plan.destroys or bool(plan.warning)",
        "plan.destroys",
        (
            "tests/ui/review/test_review.py::test_a_name_that_was_taken_meanwhile_is_warned_of_first_and_enter_cancels",
        ),
    ),
    Fault(
        "what is created anew is warned of as taken by the record that is gone",
        HONEST,
        "if record_id != self._subject.gone)",
        "if record_id)",
        (
            "tests/ui/review/test_review.py::test_a_record_that_is_created_anew_does_not_warn_of_the_deleted_one",
        ),
    ),
    Fault(
        "a draft of a new record looks like one of the record with its name",
        HONEST,
        '(f"new: {name}" if new else name)',
        "(name if new else name)",
        (
            "tests/ui/record_form/test_drafts.py::test_a_draft_of_a_new_record_does_not_look_like_one_of_the_record_with_its_name",
        ),
    ),
    Fault(
        "the strips of all profiles have different orders",
        HONEST,
        "    if shown < len(names):\n        names.sort",
        "    if names:\n        names.sort",
        (
            "tests/ui/all_profiles/test_table.py::test_the_last_tests_stand_in_the_order_of_the_profiles_unless_not_all_fit",
        ),
    ),
    Fault(
        "a plan of several profiles cuts their hosts",
        HONEST,
        '(f"    {host} · tenant {tenant}",)',
        '(f"    {host[:20]}… · tenant {tenant}",)',
        (
            "tests/ui/all_profiles/test_marked.py::test_the_marked_records_of_several_profiles_are_changed_each_on_its_own_host",
        ),
    ),
    Fault(
        "what chose the profile takes the room of the tenant",
        HONEST,
        'return (self.short, f"by {self.source}") if self.overruled else ()',
        "return (self.short,) if self.overruled else ()",
        (
            "tests/ui/widgets/test_header.py::test_what_chose_the_profile_is_said_in_fewer_words_before_the_tenant_is_left_out",
        ),
    ),
    Fault(
        "a profile that there is not is said twice",
        HONEST,
        '            self._table.notice = ""\n            self.say(f\'There',
        "            self.say(f'There",
        (
            "tests/ui/compare/test_screen.py::test_a_profile_that_there_is_not_is_said_once_until_something_else_is_typed",
        ),
    ),
    Fault(
        "all profiles as the first screen go back to nothing",
        HONEST,
        "            alone = self._current.session is None\n",
        "            alone = False\n",
        (
            "tests/ui/all_profiles/test_table.py::test_where_it_is_the_first_screen_q_quits_and_esc_stays",
        ),
    ),
    Fault(
        "a message stands on every screen",
        HONEST,
        "if told.everywhere or told.number > self._since",
        "if told",
        (
            "tests/ui/test_messages.py"
            "::test_a_message_stands_on_its_screen_and_not_on_one_that_opens_after_it",
        ),
    ),
    Fault(
        "what the filter found is not highlighted",
        HONEST,
        "spans = [] if self.stale else [*self._columns.matches(row, starts, self.highlight)]",
        "spans: list[tuple[int, int, str]] = []",
        (
            f"{UI_RECORDS_TABLE}"
            "::test_parts_of_a_cell_have_their_colour_and_what_the_filter_found_is_highlighted",
        ),
    ),
    Fault(
        "a screen under a full screen is styled anew",
        BOUNDS,
        "if self.app.screen.is_modal:",
        "if self.app.screen_stack:",
        (
            "tests/ui/connections/test_detail.py"
            "::test_leaving_a_record_makes_no_row_anew_and_the_list_was_not_styled_for_it",
        ),
    ),
    Fault(
        "a look at new tests makes all rows anew",
        BOUNDS,
        "for entry in self._tested:",
        "for entry in self._entries.values():",
        (
            "tests/ui/connections/test_many_records.py"
            "::test_tests_made_meanwhile_are_asked_for_and_make_rows_anew_of_their_records_only",
        ),
    ),
    Fault(
        "the rows follow a letter of the filter in another frame",
        BOUNDS,
        'self.watch(self._field, "value", narrow, init=False)',
        'self.watch(self._field, "value", lambda: self.call_later(narrow), init=False)',
        (
            "tests/ui/connections/test_keys.py"
            "::test_a_letter_of_the_filter_and_the_rows_that_it_leaves_are_painted_together",
        ),
    ),
    Fault(
        "values of one list that are equal are taken for one another",
        HONEST,
        "lru_cache(_SHARED, typed=True)(Parameter)",
        "lru_cache(_SHARED)(Parameter)",
        (f"{API_DECODE}::test_a_value_keeps_its_type_beside_one_that_is_equal",),
    ),
    Fault(
        "records that sort alike change places",
        HONEST,
        "return value, record.name.casefold(), record.id",
        "return value, record.name.casefold(), ''",
        (
            f"{UI_RECORDS_VIEW}::test_records_that_sort_alike_stand_in_the_same_order_whatever_the_servers",
        ),
    ),
    Fault(
        "a taken name is not told",
        HONEST,
        "        return not self.taken\n",
        "        return True\n",
        (
            f"{WORKFLOWS_SAVE}::test_a_taken_name_is_reviewed_again_before_a_second_record_of_it_is_made",
        ),
    ),
    Fault(
        "a name is not looked for again after a 401",
        HONEST,
        "        return not self.taken\n",
        '        free, self.taken = not self.taken, self.taken or "none"\n        return free\n',
        (f"{WORKFLOWS_SAVE}::test_a_name_is_looked_for_again_after_a_401",),
    ),
    Fault(
        "the help of a command lists the exit codes of another",
        SCRIPTS,
        "parts += [codes_help(command), ",
        "parts += [codes_help('list'), ",
        (
            "tests/cli/test_help.py::test_the_help_of_a_command_lists_the_exit_codes_it_can_end_with",
        ),
    ),
    Fault(
        "a refusal of a value is a sentence within a sentence",
        HONEST,
        '{name}: {after_colon(said.text)}" for name, said in wrong',
        '{name}: {said.text}" for name, said in wrong',
        ("tests/cli/test_words.py::test_a_refusal_is_one_line_in_the_usual_form",),
    ),
    Fault(
        "what is said of a host name is made of parts that do not fit",
        HONEST,
        "A host name cannot contain {mark}. Enter only the name of the mail server.",
        "A host name has no a {mark} in it",
        ("tests/mail/test_sentences.py::test_what_is_said_of_a_value_is_a_sentence",),
    ),
    Fault(
        "a mistake on the command line repeats a password",
        SECRET,
        '            message = re.sub(rf"\\A{said}", plainer, message)\n',
        "            pass\n",
        ("tests/cli/test_edge.py::test_a_mistake_in_the_arguments_is_one_line_and_code_2",),
    ),
    Fault(
        "an unset variable empties a tenant",
        PLACE,
        '        if getattr(options, f"new_{name}", None) == "":',
        "        if not name:",
        ("tests/cli/test_mistakes.py::test_what_a_profile_cannot_do_without_is_not_emptied",),
    ),
    Fault(
        "quitting does not wait for a write",
        HONEST,
        "        if self._writes:\n            answer =",
        "        if self._writes and not self._sessions():\n            answer =",
        (
            f"{UI_LEAVING}::test_leaving_while_a_save_is_under_way_says_so_and_leaves_when_it_has_ended",
        ),
    ),
    Fault(
        "a refused recipient is passed over",
        HONEST,
        "    if _refuses(evidence, recipient):\n        return _refused_recipient(evidence)\n",
        "",
        (f"{MAIL_JUDGE}::test_a_recipient_in_the_rejected_list_is_rejected",),
    ),
    Fault(
        "the outcome of a write is not journalled",
        HONEST,
        "            await self.keep(state.write, ended)\n        return told",
        "            del ended\n        return told",
        (f"{API_WRITES}::test_whatever_goes_wrong_is_kept_as_what_it_is",),
    ),
    Fault(
        "messages drive the terminal",
        HONEST,
        '    shown = "\\n".join(map(visible, content.plain.split("\\n")))',
        "    shown = content.plain",
        (f"{UI_HOSTILE}::test_a_widget_and_a_message_clean_what_nobody_cleaned_before",),
    ),
    Fault(
        "a queued mail counts as accepted",
        HONEST,
        "return TestOutcome(Verdict.UNKNOWN, meaning, _LOOK)",
        "return TestOutcome(Verdict.ACCEPTED, meaning, _LOOK)",
        (f"{MAIL_EVIDENCE}::test_a_mail_that_cam_only_queued_is_unknown",),
    ),
    Fault(
        "a bare 500 is a refused mail",
        HONEST,
        "        return TestOutcome(Verdict.UNKNOWN, meaning, advice)",
        "        return TestOutcome(Verdict.REJECTED, meaning, advice)",
        (f"{MAIL_JUDGE}::test_a_breakdown_on_the_way_may_have_been_sent",),
    ),
    Fault(
        "NaN is read as a number",
        HONEST,
        "    parse_constant=_refuse_constant, parse_float=_number,",
        "    parse_constant=float, parse_float=_number,",
        (f"{API_DECODE}::test_what_is_no_json_is_said_in_words",),
    ),
    Fault(
        "a typed name is good for a second write",
        ONCE,
        "self._confirmed.remove(confirmed)",
        "pass",
        (f"{PROFILES_ACCESS}::test_a_name_is_good_for_one_write_of_one_request",),
    ),
    Fault(
        "a write is sent again when its answer is lost",
        ONCE,
        "            told, state.ended = await send(state.begins)\n",
        "            try:\n"
        "                told, state.ended = await send(state.begins)\n"
        "            except ApiError:\n"
        "                told, state.ended = await send(state.begins)\n",
        (
            f"{API_FAULTS}::test_a_fault_ends_in_its_error_is_told_in_words_and_no_write_is_sent_twice[502-create]",
        ),
    ),
    Fault(
        "a read is repeated without end",
        ONCE,
        "        await asyncio.sleep(pause)\n",
        "        await asyncio.sleep(pause)\n        return await self._answer(request, call)\n",
        (
            f"{API_FAULTS}::test_a_fault_ends_in_its_error_is_told_in_words_and_no_write_is_sent_twice[502-list]",
        ),
    ),
    Fault(
        "a read is repeated after a 500",
        ONCE,
        "_RETRIED_STATUSES: Final = frozenset({502,",
        "_RETRIED_STATUSES: Final = frozenset({500, 502,",
        (
            f"{API_FAULTS}::test_a_fault_ends_in_its_error_is_told_in_words_and_no_write_is_sent_twice[500-list]",
        ),
    ),
    Fault(
        "a second write to a record goes out",
        ONCE,
        "            if other.excludes(request, target):",
        "            if not other.excludes(other.request, target):",
        (
            f"{API_WRITES}::test_a_second_write_to_a_record_that_has_one_under_way_is_refused_and_not_sent",
        ),
    ),
    Fault(
        "a refused password is tried again",
        ONCE,
        "        except LoginRefused:\n            self._password = None\n            raise",
        "        except LoginRefused:\n            raise",
        (f"{UI_TOKENS}::test_a_password_that_no_longer_works_is_forgotten",),
    ),
    Fault(
        "a write goes out by itself after a new token",
        ONCE,
        "            renewed, plan = True, job.plan(_NEW_TOKEN)\n",
        "            return await _send(job, plan)\n",
        (f"{UI_TOKENS}::test_a_401_in_a_form_keeps_what_was_typed_and_offers_the_write_again",),
    ),
    Fault(
        "a token is asked for again and again",
        ONCE,
        "            if replaced in (_Replaced.BY_OPERATOR, _Replaced.NOT):",
        "            if replaced is _Replaced.NOT:",
        (f"{UI_TOKENS}::test_a_401_that_a_new_token_does_not_cure_asks_once_and_then_says_so",),
    ),
    Fault(
        "esc in the question for a token opens it again",
        ONCE,
        "replaced: _Replaced | None = None if given else _Replaced.NOT",
        "replaced: _Replaced | None = None",
        (
            f"{UI_TOKENS}::test_esc_leaves_the_question_for_a_token_and_the_key_that_asks_again_is_named",
        ),
    ),
    Fault(
        "a step counts as passed although the mailer did not name the one that failed",
        HONEST,
        "passed = before if accepted or outcome.phase_told else before[:1]",
        "passed = before",
        (f"{MAIL_WAY}::test_a_refusal_implies_the_steps_before_one_that_the_mailer_named",),
    ),
    Fault(
        "TLS and login count as passed",
        HONEST,
        "known = dict.fromkeys((step for step in passed if step not in _OPTIONAL), Step.PASSED)",
        "known = dict.fromkeys(passed, Step.PASSED)",
        (f"{MAIL_WAY}::test_an_accepted_mail_went_from_connect_over_sender_and_recipient",),
    ),
    Fault(
        "the border of a test dialog says nothing of the verdict",
        HONEST,
        "            self.set_class(known == look, known)",
        "            self.set_class(False, known)",
        (
            f"{UI_TEST_VERDICTS}::test_the_border_the_banner_and_the_bar_have_the_colour_of_the_verdict",
        ),
    ),
    Fault(
        "of a refused login only the password is marked",
        HONEST,
        'both = outcome.parameter == "password" and named',
        "both = False",
        (f"{UI_TEST_VERDICTS}::test_the_parameter_to_look_at_stands_out_among_the_values_used",),
    ),
    Fault(
        "the pane takes cells that the table needs",
        HONEST,
        "LEAST_BESIDE, MOST_BESIDE = 31, 64",
        "LEAST_BESIDE, MOST_BESIDE = 40, 64",
        ("tests/ui/connections/test_keys.py::test_beside_the_pane_no_value_of_the_demo_is_cut",),
    ),
    Fault(
        "the diff of a review shows a typed password",
        SECRET,
        "        count = len(self.after.get_secret_value())\n",
        "        count = self.after.get_secret_value()\n",
        (
            f"{EDITING_PATCH}::test_a_diff_shows_what_is_removed_and_added_and_of_a_secret_its_length",
        ),
    ),
    Fault(
        "a review does not name the environment of its profile",
        PLACE,
        '        self.profile = session.profile\n        self.set_class(plan.destroys, "-danger")',
        '        self.set_class(plan.destroys, "-danger")',
        (f"{UI_REVIEW}::test_every_review_has_the_label_of_its_profile_in_the_border",),
    ),
    Fault(
        "a login is sent again",
        ONCE,
        'if not again or request.method != "GET" or',
        "if not again or",
        (
            f"{API_FAULTS}::test_a_fault_ends_in_its_error_is_told_in_words_and_no_write_is_sent_twice[502-token]",
        ),
    ),
    Fault(
        "a replaced file is not synced",
        FILES,
        "        write_all(descriptor, content)\n        os.fsync(descriptor)\n    finally",
        "        write_all(descriptor, content)\n    finally",
        (
            f"{STATE_POWER_CUT}::test_a_file_is_synced_before_it_replaces_another_and_its_directory_afterwards",
        ),
    ),
    Fault(
        "a directory is not synced after a replace",
        FILES,
        "    sync_directory(real.parent)\n\n\ndef _write_new",
        "\n\ndef _write_new",
        (
            f"{STATE_POWER_CUT}::test_a_file_is_synced_before_it_replaces_another_and_its_directory_afterwards",
        ),
    ),
    Fault(
        "a line of the journal is not synced",
        FILES,
        "            if sync:\n                os.fsync(descriptor)",
        "            if sync and not content:\n                os.fsync(descriptor)",
        (f"{STATE_POWER_CUT}::test_a_line_of_the_journal_is_synced_before_the_write_is_sent",),
    ),
    Fault(
        "a file is written in place",
        FILES,
        "        temporary.replace(real)",
        "        real.write_bytes(temporary.read_bytes())",
        (f"{STATE_FILES}::test_a_file_that_others_could_read_is_private_after_a_write",),
    ),
    Fault(
        "a file of ours can be read by others",
        FILES,
        "_replace(real, text.encode(), 0o600)",
        "_replace(real, text.encode(), 0o644)",
        (f"{STATE_FILES}::test_a_file_is_private_and_so_is_the_directory_made_for_it",),
    ),
    Fault(
        "two processes write a file at once",
        FILES,
        "        lock.acquire()\n",
        "        pass\n",
        (f"{PROFILES_STORE}::test_processes_that_write_at_once_lose_nothing",),
    ),
    Fault(
        "a directory that its group may write to is trusted",
        FILES,
        "_OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH",
        "_OTHERS_WRITE: Final = stat.S_IWOTH",
        (
            f"{STATE_TRUSTED_PATHS}::test_what_a_member_of_a_shared_group_could_exchange_is_not_read",
        ),
    ),
    Fault(
        "a directory of another user is trusted",
        FILES,
        "    if status.st_uid in {0, os.geteuid()}:",
        "    if status.st_uid >= 0:",
        (
            f"{STATE_TRUSTED_PATHS}::test_what_a_member_of_a_shared_group_could_exchange_is_not_read",
        ),
    ),
    Fault(
        "a new directory is open to others",
        FILES,
        "            directory.chmod(0o700)",
        "            directory.chmod(0o755)",
        (f"{STATE_TRUSTED_PATHS}::test_whatever_the_umask_directories_are_0700_and_files_0600",),
    ),
    Fault(
        "the journal is rotated outside its lock",
        FILES,
        "        with files.locked(self.path) as real:\n"
        "            with files.problems_of(self.path):\n"
        "                dropped = self._rotate(real, entries[-1].at)\n"
        "            files.append_line",
        "        with files.problems_of(self.path):\n"
        "            dropped = self._rotate(files.own_path(self.path), entries[-1].at)\n"
        "        with files.locked(self.path):\n"
        "            files.append_line",
        (f"{STATE_POWER_CUT}::test_a_full_journal_is_rotated_while_its_lock_is_held",),
    ),
    Fault(
        "a file of a newer version is overwritten",
        FILES,
        "            if now.read_only_why is not None:\n                raise",
        "            if now.read_only_why == '':\n                raise",
        (f"{PROFILES_STORE}::test_a_file_of_a_newer_program_is_read_and_not_changed",),
    ),
    Fault(
        "a theme is kept in a file with a mistake",
        FILES,
        "        _preferences_of(file)\n        text = ",
        "        text = ",
        (
            f"{PROFILES_PREFERENCES}::"
            "test_a_file_with_a_mistake_keeps_its_text_when_a_theme_is_kept",
        ),
    ),
    Fault(
        "what a check found is offered for fields that were edited meanwhile",
        HONEST,
        "        if texts != self._texts():\n            self._steps.update",
        "        if texts == ():\n            self._steps.update",
        (
            f"{UI_PROFILES_FIRST_START}::test_fields_that_were_edited_while_a_check_ran_are_not_"
            "offered_with_what_it_found",
        ),
    ),
    Fault(
        "a late look is told of the host that took the place",
        HONEST,
        "            self._states.get(profile, _LOOKING),\n            profile.access.value",
        "            next((s for p, s in self._states.items() if p.name == profile.name), _LOOKING),\n"
        "            profile.access.value",
        (
            f"{UI_PROFILES_DIALOG}::"
            "test_a_late_look_at_a_host_is_not_told_of_the_host_that_took_its_place",
        ),
    ),
    Fault(
        "another tenant is shown by the name of the one before",
        PLACE,
        'return replace(after, tenant_name="") if stale else after',
        "return after",
        (
            f"{UI_PROFILES_FORM}::"
            "test_another_tenant_takes_no_name_of_the_one_before_into_the_header",
        ),
    ),
    Fault(
        "a broken profile is overwritten by one of its name",
        FILES,
        "    if not problems and (broken or now.named",
        "    if not problems and (now.named",
        (f"{PROFILES_STORE}::test_a_broken_profile_is_neither_changed_nor_replaced",),
    ),
    Fault(
        "a command that changes profiles ignores --read-only",
        HONEST,
        '"profiles.use_profile", words, "production").takes(name)',
        '"profiles.use_profile", words, "production").takes(name, _READ_ONLY)',
        (
            f"{CLI_MISTAKES}::"
            "test_an_option_of_the_program_is_refused_by_a_command_that_would_ignore_it"
            "[--read-only-profiles use good]",
        ),
    ),
    Fault(
        "a profile with read_only = true is writable",
        PLACE,
        '        file.check_keys(_PROFILE_KEYS, table, at, old=("colour",))',
        "        pass",
        (
            f"{PROFILES_READING}::"
            "test_a_profile_with_an_unknown_key_is_refused_with_its_line[read_only]",
        ),
    ),
    Fault(
        "a misspelt default is removed by the next write",
        FILES,
        "            if now.problem is not None:\n                raise now.problem\n",
        "",
        (f"{PROFILES_STORE}::test_a_file_with_a_mistake_outside_of_its_profiles_is_not_changed",),
    ),
    Fault(
        "the only good profile is used where another one is broken",
        PLACE,
        "for profile in self.with_broken if profile.variables is None]",
        "for profile in self.profiles.profiles]",
        (f"{CLI_PROFILES}::test_the_only_profile_is_not_used_beside_a_broken_one",),
    ),
    Fault(
        "the token of a broken profile is handed to another one's command",
        SECRET,
        "    token = EnvironmentToken(variables[0]) if variables else PromptToken()",
        "    token = PromptToken()",
        (f"{PROFILES_READING}::test_the_token_variable_of_a_broken_profile_is_known",),
    ),
    Fault(
        "a red profile of an older program is none of production",
        PLACE,
        '    "red": Environment.PRODUCTION,\n',
        "",
        (
            f"{PROFILES_READING}::"
            "test_a_profile_that_names_no_environment_has_that_of_its_colour_or_its_words",
        ),
    ),
    Fault(
        "a guessed environment is lost with the name",
        PLACE,
        "named = named or new.environment is not new.guessed_environment",
        "named = named or False",
        (f"{PROFILES_STORE}::test_a_guessed_environment_outlasts_a_rename",),
    ),
    Fault(
        "a long Retry-After is waited for",
        BOUNDS,
        "pause > self._limits.longest_retry_after:",
        "pause > self._limits.longest_retry_after * 1e9:",
        (f"{API_RETRIES}::test_a_longer_wait_than_the_limit_is_left_to_the_person",),
    ),
    Fault(
        "a compressed answer is read",
        BOUNDS,
        'if encoding not in ("", "identity"):',
        'if encoding == "br":',
        (
            f"{API_FAULTS}::test_a_fault_ends_in_its_error_is_told_in_words_and_no_write_is_sent_twice[gzip-list]",
        ),
    ),
    Fault(
        "an answer of any size is read",
        BOUNDS,
        "if len(body) > self.limits.body:",
        "if len(body) > 1000 * self.limits.body:",
        (
            f"{API_FAULTS}::test_a_fault_ends_in_its_error_is_told_in_words_and_no_write_is_sent_twice[50 MB-list]",
        ),
    ),
    Fault(
        "a request may take an hour",
        BOUNDS,
        "    total: float = 120.0",
        "    total: float = 3600.0",
        (f"{HOUSE_LIMITS}::test_the_page_tells_how_long_a_request_and_a_token_command_may_take",),
    ),
    Fault(
        "a pipe is opened as a file",
        BOUNDS,
        "    if not stat.S_ISREG(status.st_mode):\n        raise FileProblem(path, _WORDS",
        "    if stat.S_ISBLK(status.st_mode):\n        raise FileProblem(path, _WORDS",
        (f"{STATE_FILES}::test_a_pipe_is_refused_and_not_waited_for",),
    ),
    Fault(
        "a token command may take an hour",
        BOUNDS,
        "COMMAND_SECONDS: Final = 10.0",
        "COMMAND_SECONDS: Final = 3600.0",
        (f"{HOUSE_LIMITS}::test_the_page_tells_how_long_a_request_and_a_token_command_may_take",),
    ),
    Fault(
        "what a token command started goes on",
        BOUNDS,
        "os.killpg(transport.get_pid(), signal.SIGKILL)",
        "transport.kill()",
        (
            f"{PROFILES_CREDENTIALS}::test_a_command_that_takes_too_long_is_ended_with_all_that_it_started",
        ),
    ),
    Fault(
        "an answer of any number of values is built",
        BOUNDS,
        '    raise Undecodable(f"the answer contains more than {MOST_VALUES:,} values")',
        "    return",
        (f"{API_DECODE}::test_an_answer_of_too_many_values_is_refused_before_any_is_built",),
    ),
    Fault(
        "an unknown outcome has another exit code",
        SCRIPTS,
        "    if isinstance(error, errors.ApiError) and error.outcome_unknown:",
        "    if error is None:",
        (f"{CLI_SET}::test_an_unknown_outcome_is_called_unknown_and_looked_up_once",),
    ),
    Fault(
        "a signal ends a command with 0",
        SCRIPTS,
        "            raise SystemExit(128 + told[0])",
        "            raise SystemExit(0)",
        (f"{CLI_SIGNALS}::test_a_signal_is_not_lost_in_a_callback",),
    ),
    Fault(
        "a signal ends the screen with 0",
        SCRIPTS,
        "self._app.exit(return_code=128 + self.number)",
        "self._app.exit(return_code=0)",
        (f"{E2E_ENDS}::test_without_its_terminal_it_keeps_what_was_typed_and_leaves",),
    ),
    Fault(
        "create exits 0 when the server refused",
        SCRIPTS,
        "            return tell(error)\n        case ends.Gone():",
        "            tell(error)\n            return ExitCode.OK\n        case ends.Gone():",
        (
            "tests/cli/test_create.py::test_a_refusal_is_no_success_and_is_not_sent_again",
            "tests/cli/test_delete.py::test_a_refusal_is_no_success_and_is_not_sent_again",
        ),
    ),
    Fault(
        "a review that comes again takes an Enter typed ahead",
        SHOWN,
        "guarded=plan.destroys or not by_key)",
        "guarded=plan.destroys)",
        (
            "tests/ui/review/test_guard.py"
            "::test_a_review_that_no_key_just_opened_ignores_enter_until_it_could_be_read",
        ),
    ),
    Fault(
        "only the first of several pasted lines is taken",
        KEPT,
        'raise BadPaste(f"Not pasted: the text has {many}, and only one fits here.")',
        "text = lines[0]",
        (
            "tests/ui/widgets/test_paste.py::test_a_text_that_does_not_fit_one_line_is_refused_in_words",
        ),
    ),
    Fault(
        "a password is selected by coming back to its field",
        KEPT,
        "select_on_focus=not password,",
        "select_on_focus=True,",
        (
            "tests/ui/widgets/test_paste.py::test_a_password_field_is_not_selected_by_coming_back_to_it",
        ),
    ),
    Fault(
        "a yes that stored nothing is believed",
        HONEST,
        "return bool(self.differences)",
        "return False",
        (
            "tests/cli/test_not_stored.py::test_a_set_that_changed_nothing_says_what_the_server_still_has",
        ),
    ),
    Fault(
        "an answer of the terminal is typed",
        SHOWN,
        r"        | [P\]X^_] [^\x00-\x07\x0e-\x1f\x9c]*+ (?: \x1b\\ | [\x07\x18\x1a\x9c] )",
        r"        | [P\]X^_]",
        (
            "tests/ui/terminal/test_reader.py"
            "::test_a_reply_of_the_terminal_is_no_key_however_it_is_torn_apart",
        ),
    ),
    Fault(
        "Escape and the next key are taken for a key with alt",
        KEPT,
        "        if self._escape_apart and len(text) > 1 and text[1] not in _INTRODUCERS:",
        "        if text[:2] == 2 * _ESC:",
        ("tests/ui/terminal/test_reader.py::test_escape_is_told_from_the_beginning_of_a_sequence",),
    ),
    Fault(
        "an advice names a key that is not possible now",
        HONEST,
        "for key, active in first_keys if active.enabled}",
        "for key, active in first_keys}",
        ("tests/ui/test_advice.py::test_a_key_that_is_not_possible_now_is_not_advised",),
    ),
    Fault(
        "an advice names the key of another action",
        HONEST,
        "spoken(keys[action_id]) for action_id in action_ids if action_id in keys",
        "spoken(key) for key in keys.values() if action_ids",
        (
            "tests/ui/test_advice.py"
            "::test_each_key_that_an_error_advises_on_a_screen_does_there_what_the_advice_says",
        ),
    ),
    Fault(
        "half a login is not told",
        HONEST,
        "        return found + _half_login(draft, typed, opened) if name == PASSWORD else found",
        "        return found",
        (
            "tests/ui/test_email/test_verdicts.py::test_half_a_login_is_flagged_in_the_form",
            "tests/cli/test_test_verdicts.py::test_half_a_login_is_flagged",
        ),
    ),
    Fault(
        "a test that was left half-way is not remembered",
        HONEST,
        "            asyncio.get_running_loop().run_in_executor(None, self._keep, key, _run(session, mail))\n",
        "",
        ("tests/workflows/test_test_email.py::test_a_mail_that_is_left_is_remembered_as_unknown",),
    ),
    Fault(
        "a CA file is trusted before it verified the server",
        SECRET,
        "            await accepted_certificate(self._refused.origin, trust, SECONDS)\n"
        "        except (CertificateRefused",
        "            pass\n        except (CertificateRefused",
        (f"{UI_TRUST}::test_a_ca_file_that_does_not_verify_the_server_is_refused_under_its_field",),
    ),
    Fault(
        "set exits 0 when nothing was given to set",
        SCRIPTS,
        "        if not self.texts and self.password == KEEP:",
        "        if False:",
        ("tests/cli/test_mistakes.py::test_a_set_without_anything_to_set_is_refused",),
    ),
    Fault(
        "a wait is not shown",
        HONEST,
        "self.display = True\n            self._restart",
        "self.display = False\n            self._restart",
        ("tests/ui/test_hanging.py::test_keys_work_while_a_request_hangs_and_esc_gives_up",),
    ),
    Fault(
        "a save goes out while a delete of the record is under way",
        ONCE,
        "    session.client.writes.check_free(request, session.target, call)\n",
        '    if request.method == "POST":\n        yield\n        return\n',
        (
            "tests/ui/record_form/test_outcomes.py::test_a_save_while_a_delete_is_under_way_is_refused_in_the_form",
            "tests/ui/record_form/test_outcomes.py::test_an_undo_pressed_twice_sends_one_patch",
        ),
    ),
    Fault(
        "d, Tab and Enter a second time ask to delete again",
        ONCE,
        "    session.client.writes.check_free(request, session.target, call)\n",
        '    if request.method == "DELETE":\n        yield\n        return\n',
        (
            "tests/ui/record_form/test_outcomes.py::test_a_second_delete_is_refused_with_the_reason_and_never_sent",
            "tests/ui/record_form/test_outcomes.py::test_d_tab_enter_in_the_middle_of_the_read_before_a_delete_sends_one_delete",
        ),
    ),
    Fault(
        "a yes that stored nothing offers an undo",
        HONEST,
        "        memory.last_change = None  # nothing to undo, and nothing beyond it\n",
        "        pass\n",
        (
            "tests/ui/record_form/test_outcomes.py::test_after_a_save_that_changed_nothing_the_change_before_it_is_not_undone",
        ),
    ),
    Fault(
        "a stale record is not called stale",
        HONEST,
        'self._problem_text.set_class(self._problem is not None, "-shown")',
        'self._problem_text.set_class(False, "-shown")',
        (
            "tests/ui/connections/test_detail.py::test_after_a_failed_refresh_the_record_is_called_stale_until_one_succeeds",
        ),
    ),
    Fault(
        "messages on one subject pile up",
        HONEST,
        "        self._told[message.about] = message\n",
        "        self._told[str(len(self._told))] = message\n",
        ("tests/ui/test_messages.py::test_seven_failures_are_one_message",),
    ),
    Fault(
        "what is left of a cut password is shown",
        SECRET,
        "body = _without_cut(body.replace(form, MASK.encode()), form)",
        "body = body.replace(form, MASK.encode())",
        (
            "tests/api/test_secrets.py::test_a_password_is_not_shown_where_the_servers_quote_of_it_is_cut",
        ),
    ),
    Fault(
        "a stored password that a message quotes is shown",
        SECRET,
        'if is_secret_name(found["name"]) else found[0]',
        "if found['name'] == MASK else found[0]",
        (
            "tests/api/test_secrets.py::test_a_stored_password_is_not_shown_where_a_message_quotes_the_parameters",
        ),
    ),
    Fault(
        "a record without a name is not told by its id",
        PLACE,
        '        return f"the record without a name{found}"\n',
        '        return ""\n',
        (
            "tests/ui/test_record_names.py::test_a_record_is_named_in_at_most_60_cells_with_one_mark_of_a_cut_or_by_its_id",
        ),
    ),
    Fault(
        "a request without a tenant is sent",
        PLACE,
        "if request.lacks_tenant:",
        "if request.lacks_tenant and request.operation.writes:",
        (f"{API_FAILURES}::test_without_a_tenant_nothing_about_records_is_sent",),
    ),
    Fault(
        "a taken name is told far from its field",
        HONEST,
        "error.status == 409",
        "error.status == 418",
        (
            "tests/ui/record_form/test_refusals.py::test_a_409_to_a_create_leads_to_the_name_with_the_servers_words_under_it",
        ),
    ),
    Fault(
        "an answer is waited for no longer than a connection",
        BOUNDS,
        "                connecting.reschedule(None)\n",
        "                pass\n",
        (
            "tests/api/test_connecting.py::test_the_time_for_a_connection_does_not_run_while_the_answer_is_waited_for",
        ),
    ),
    Fault(
        "each address of a host has the whole time",
        BOUNDS,
        "(end - clock()) / (len(addresses) - number)",
        "seconds",
        (
            "tests/api/test_connecting.py::test_a_look_at_a_host_gives_each_address_its_share_of_the_time",
        ),
    ),
    Fault(
        "a list in which nothing can be read is called empty",
        HONEST,
        "            unreadable.append(Unreadable(position, str(error), name))\n",
        "            str(error)\n",
        (
            "tests/ui/connections/test_unreadable.py::test_a_list_in_which_nothing_can_be_read_says_how_many_and_why",
        ),
    ),
    Fault(
        "a second client sends what the first has under way",
        ONCE,
        "self.writes = Writes(journal, activity.writes)",
        "self.writes = Writes(journal, [])",
        (
            "tests/api/test_writes.py::test_a_second_write_is_refused_by_another_client_of_this_run_too",
        ),
    ),
    Fault(
        "the filter finds other ports that hold the digits",
        PLACE,
        "str(port.value).casefold() == word",
        "word in str(port.value).casefold()",
        (
            f"{UI_RECORDS_VIEW}::test_a_term_of_the_filter_asks_one_parameter_and_an_unknown_one_is_a_plain_word",
        ),
    ),
    Fault(
        "a count stays for the key after the next one",
        PLACE,
        "        self._count = count or None\n",
        "        self._count = count or self._count\n",
        (
            f"{UI_RECORDS_TABLE}::test_a_number_before_a_key_is_a_count_that_any_other_key_or_esc_ends",
        ),
    ),
    Fault(
        "a profile that is used again begins at its first record",
        PLACE,
        "self._cursor_to = place.cursor_id",
        "self._cursor_to = None",
        (
            "tests/ui/connections/test_keys.py::test_after_a_switch_and_back_cursor_and_filter_are_where_they_were",
        ),
    ),
    Fault(
        "a dialog covers the header in a theme of colours of its own",
        PLACE,
        "Dialog { align: center middle; background: transparent; }",
        "Dialog { align: center middle; background: $background; }",
        (
            "tests/ui/widgets/test_header.py::test_in_each_theme_the_header_stays_in_sight_over_a_dialog",
        ),
    ),
    Fault(
        "a text that was too long to be sent is called copied",
        HONEST,
        'words = f"Copied {copied.what}" if sent else',
        'words = f"Copied {copied.what}" if copied else',
        (
            "tests/ui/dialogs/test_copy.py::test_what_is_known_of_the_way_is_told_and_the_keys_that_show_the_text",
        ),
    ),
    Fault(
        "after J the keys are about the record before",
        PLACE,
        "        self._record, self._read_at = found\n",
        "        _, self._read_at = found\n",
        (
            "tests/ui/connections/test_detail.py::test_after_J_the_keys_are_about_the_record_that_is_shown",
        ),
    ),
    Fault(
        "a click on a key presses the one beside it",
        PLACE,
        "            if left < 0:\n",
        "            if left < -1:\n",
        ("tests/ui/connections/test_keys.py::test_a_click_on_a_key_of_the_key_line_presses_each",),
    ),
    Fault(
        "a second Enter on the last field of a form answers the review",
        SHOWN,
        "        else:\n            self._review(by_key=False)",
        "        else:\n            self._review(by_key=True)",
        (f"{UI_FORM_FACE}::test_a_second_enter_on_the_last_field_does_not_answer_the_review",),
    ),
    Fault(
        "a form for a test asks for a name",
        HONEST,
        "if self._to_test and name == NAME:",
        "if self._to_test and name == '':",
        (f"{UI_TEST_ROUND}::test_a_form_for_a_test_says_what_a_test_needs_and_sends",),
    ),
    Fault(
        "a review is offered where a value is wrong",
        SHOWN,
        "_Leave.REVIEW: not self._form.wrong",
        "_Leave.REVIEW: True",
        (f"{UI_DRAFTS}::test_a_review_is_not_offered_where_a_value_is_wrong",),
    ),
    Fault(
        "a hint in an empty field looks typed",
        SHOWN,
        "text-style: not bold dim italic !important;",
        "text-style: italic !important;",
        (f"{UI_FORM_FACE}::test_a_hint_in_an_empty_field_does_not_look_typed",),
    ),
    Fault(
        "a second Enter in the question before leaving answers the review",
        SHOWN,
        "            case _Leave.REVIEW:\n                self._review(by_key=False)",
        "            case _Leave.REVIEW:\n                self._review(by_key=True)",
        (f"{UI_DRAFTS}::test_a_second_enter_after_the_way_to_the_review_does_not_answer_it",),
    ),
    Fault(
        "a form with a wrong field says that it is ready",
        HONEST,
        "        wrong = sum(has_error(field.remarks) for field in self.fields.values())",
        "        wrong = 0",
        (f"{UI_FORM_FACE}::test_the_last_line_says_what_a_save_would_do",),
    ),
    Fault(
        "the list of drafts discards without a question",
        KEPT,
        "        if await self.app.push_screen_wait(question):\n            attempt, drafts",
        "        if question is not None:\n            attempt, drafts",
        (f"{UI_DRAFTS}::test_a_draft_is_discarded_from_the_list_only_after_a_question",),
    ),
    Fault(
        "a draft that was discarded keeps its sign in the table",
        HONEST,
        "            self._file(draft).unlink(missing_ok=True)\n        self.changed()",
        "            self._file(draft).unlink(missing_ok=True)",
        (
            f"{UI_DRAFTS}::test_a_record_with_a_draft_has_a_sign_in_the_table_until_the_draft_is_gone",
        ),
    ),
    Fault(
        "an undo says that it saved",
        HONEST,
        'self._tell_outcome(session, outcome, change.before, saved="Restored")',
        "self._tell_outcome(session, outcome, change.before)",
        (
            "tests/ui/connections/test_undo.py::test_an_undo_that_brings_back_a_part_says_what_did_not_come_back",
        ),
    ),
    Fault(
        "a line is erased in the colour of the moment",
        HONEST,
        'f"{self.sent}{move}{look}{_ERASE_LINE}"',
        'f"{self.sent}{move}{_ERASE_LINE}{look}"',
        (f"{UI_FRAME_DIFF}::test_the_screen_is_the_same_as_if_all_were_sent",),
    ),
    Fault(
        "what is erased behind a blank is not drawn again",
        HONEST,
        "        erased = erased.writing(row, line.wanted, [*kept, *blanks])\n",
        "",
        (f"{UI_FRAME_DIFF}::test_the_screen_is_the_same_as_if_all_were_sent",),
    ),
    Fault(
        "a look lingers on what is drawn next",
        HONEST,
        "        if gone or any(was and not now for now, was in colours):",
        "        if any(was and not now for now, was in colours):",
        (f"{UI_FRAME_DIFF}::test_the_screen_is_the_same_as_if_all_were_sent",),
    ),
    Fault(
        "every frame is marked, those too that change nothing",
        HONEST,
        "            self._synchronized = True\n            return",
        "            super().write(data)\n            return",
        (
            f"{E2E_SLOW_LINES}::test_no_frame_is_sent_empty_and_no_shape_of_a_pointer_that_is_not_there",
        ),
    ),
    Fault(
        "what a key chooses beside its way is not waited for",
        KEPT,
        "QUIET_TURNS: Final = 3\n",
        "QUIET_TURNS: Final = 0\n",
        (
            f"{E2E_TYPE_AHEAD}::test_text_typed_in_one_burst_with_a_command_goes_to_what_the_command_opens",
        ),
    ),
    Fault(
        "an Enter typed ahead runs what an earlier search found",
        KEPT,
        "            return any(each.node is screen and each.is_running for each in self.workers)\n",
        "            return False\n",
        (
            f"{E2E_TYPE_AHEAD}::test_enter_typed_ahead_in_the_palette_runs_no_command_of_an_earlier_search",
        ),
    ),
    Fault(
        "a key is handed on while the profile is switched",
        KEPT,
        "        if self._current.switching:\n            return True\n",
        "",
        (
            f"{UI_PROFILES_SWITCHING}::test_a_key_typed_behind_the_choice_of_a_profile_never_reaches_the_one_before",
        ),
    ),
    Fault(
        "the next key comes before what the last one did is drawn",
        KEPT,
        "        elif not screen.call_after_refresh(self._drawn, screen, under_way):\n",
        "        elif screen.call_later(self._drawn, screen, under_way) is False:\n",
        (
            "tests/ui/connections/test_detail.py::test_a_record_longer_than_the_screen_scrolls_by_the_keys",
        ),
    ),
    Fault(
        "keys that come in one burst are all handed on at once",
        KEPT,
        "        elif self._under_way is None and not self._opening():\n",
        "        elif event is not None:\n",
        (
            f"{E2E_SLOW_LINES}::test_a_whole_edit_typed_in_one_burst_over_a_slow_line_goes_where_it_was_meant[plain]",
        ),
    ),
    Fault(
        "a late list takes the place of a newer one",
        PLACE,
        "if number == self._readings[name]:",
        "if number:",
        (
            "tests/workflows/test_many_lists.py"
            "::test_an_older_reading_never_takes_the_place_of_a_newer_one",
        ),
    ),
    Fault(
        "a reading of many that fails drops the rows",
        HONEST,
        "ended = replace(self._parts[name], error=error, asks=nobody.asks or error.why)",
        "ended = Part(self._parts[name].profile, session, error=error)",
        (
            "tests/workflows/test_many_lists.py"
            "::test_a_reading_that_fails_or_is_stopped_leaves_the_records_from_before",
        ),
    ),
    Fault(
        "someone who declined to give a token is asked again in the same run",
        BOUNDS,
        "            self._refused_token.add(name)\n",
        "            pass\n",
        (f"{WORKFLOWS_RUN}::test_an_ended_token_is_asked_for_once[False]",),
    ),
    Fault(
        "a run goes to a profile that leads elsewhere by now",
        PLACE,
        "if place is not None and not place.is_that_of(session):",
        "if place is None:",
        (f"{WORKFLOWS_RUN}::test_a_profile_that_leads_elsewhere_by_now_is_left_alone",),
    ),
    Fault(
        "a run approves what was confirmed for no record of a protected profile",
        HONEST,
        "        if session.target.access is Access.PROTECTED:\n            session.client.confirm(plan",
        "        if session.target.access is Access.READ_ONLY:\n            session.client.confirm(plan",
        (f"{WORKFLOWS_RUN}::test_in_a_protected_profile_the_plan_confirms_each_name",),
    ),
    Fault(
        "what was confirmed for one record replaces what was confirmed for another",
        HONEST,
        "        self._take_confirmed(request)\n        self._confirmed.append",
        "        self._confirmed.clear()\n        self._confirmed.append",
        (f"{WORKFLOWS_RUN}::test_in_a_protected_profile_the_plan_confirms_each_name",),
    ),
    Fault(
        "a host that asks to wait is asked at once by the next entry",
        BOUNDS,
        "        lane.resume_at = max(lane.resume_at, self._clock.monotonic() + pause)\n",
        "",
        (f"{WORKFLOWS_RUN}::test_a_host_that_asks_to_wait_is_left_alone_that_long",),
    ),
    Fault(
        "a write that was refused with 429 is sent again",
        ONCE,
        "        return not error.call.operation.writes\n",
        "        return True\n",
        (f"{WORKFLOWS_RUN}::test_a_write_that_was_refused_with_429_fails_and_is_not_sent_again",),
    ),
    Fault(
        "the writes of a run are not tied together",
        HONEST,
        "            run=write.run,\n",
        "",
        (f"{WORKFLOWS_RUN}::test_each_record_is_changed_once_and_the_journal_ties_them_together",),
    ),
    Fault(
        "a plan that is kept holds the passwords",
        SECRET,
        "    return _Value(secret=numbers.setdefault(value.get_secret_value(), len(numbers) + 1))\n",
        "    return _Value(value=value.get_secret_value())\n",
        (f"{WORKFLOWS_PLAN}::test_equal_secrets_are_asked_for_once_and_never_written",),
    ),
    Fault(
        "a plan that is kept sends an empty password where none was typed",
        KEPT,
        "            continue  # it was not typed: the stored one stays\n",
        '            typed = {**typed, change.after.secret: SecretStr("")}\n',
        (f"{WORKFLOWS_PLAN}::test_equal_secrets_are_asked_for_once_and_never_written",),
    ),
    Fault(
        "a killed run sends again what was done",
        ONCE,
        "        case WriteOutcome.DONE | WriteOutcome.FOUND_DONE:\n            result = Result(Progress.DONE)\n",
        "        case WriteOutcome.FOUND_DONE:\n            result = Result(Progress.DONE)\n",
        (
            f"{WORKFLOWS_RUN}::test_a_killed_run_goes_on_with_what_the_journal_does_not_know_the_end_of",
        ),
    ),
    Fault(
        "of a mail that was retried before the kill the first attempt counts",
        ONCE,
        "            told.setdefault(_key_of(write), write)\n",
        "            told[_key_of(write)] = write\n",
        (f"{WORKFLOWS_RUN}::test_of_a_retried_entry_the_journal_tells_the_last_attempt",),
    ),
    Fault(
        "two programs go on with the same killed run",
        ONCE,
        "            except FileNotFoundError:\n                return False\n        self.keep(",
        "            except FileNotFoundError:\n                return True\n        self.keep(",
        (
            f"{STATE_RUNS}::test_a_run_that_was_killed_is_taken_over_once_however_many_were_offered_it",
            f"{UI_BULK_REST}::test_a_run_that_another_program_takes_meanwhile_is_left_to_it",
        ),
    ),
    Fault(
        "a run of commands tells a refused token as any failure",
        SCRIPTS,
        "        return code_of(result.because)\n",
        "        return ExitCode.FAILED\n",
        (f"{CLI_MANY}::test_the_exit_code_of_many_is_that_of_a_single_record",),
    ),
    Fault(
        "a run of commands tells a conflict as any failure",
        SCRIPTS,
        "failed(_conflict_words(comparison), Reason.CONFLICT)",
        "failed(_conflict_words(comparison))",
        (f"{CLI_MANY}::test_a_conflict_among_many_ends_with_its_own_code",),
    ),
    Fault(
        "a wrong number confirms many in a protected profile",
        SHOWN,
        "        if options.confirm_count == work:\n",
        "        if options.confirm_count:\n",
        (
            f"{CLI_MANY}"
            "::test_a_script_confirms_many_in_a_protected_profile_with_their_exact_number",
        ),
    ),
    Fault(
        "the question on leaving keeps the counts of when it came up",
        HONEST,
        "        timer = self._app.set_interval(_LOOK, lambda: question.ask(_run_content(current)))\n",
        "        timer = self._app.set_interval(_LOOK, lambda: None)\n",
        (
            "tests/ui/bulk/test_change.py"
            "::test_the_question_about_a_run_that_is_left_follows_the_run",
        ),
    ),
    Fault(
        "the cursor leaves the first row as the rows of other profiles come",
        PLACE,
        "        row = 0 if self.stays_first else follow(",
        "        row = follow(",
        (
            "tests/ui/all_profiles/test_table.py"
            "::test_rows_come_as_hosts_answer_and_the_cursor_stays_first_until_it_is_moved",
        ),
    ),
    Fault(
        "a run creates a second record of a name that it made itself",
        ONCE,
        "            names.made(name, record_id)\n",
        "            pass\n",
        (
            f"{WORKFLOWS_RUN}"
            "::test_many_creates_read_the_list_once_and_make_no_second_record_of_a_name",
        ),
    ),
    Fault(
        "a run believes its list of names after an answer was lost",
        ONCE,
        "        case ends.Saved() | ends.Unknown() | ends.NotStored():\n",
        "        case ends.NotStored():\n",
        (f"{WORKFLOWS_RUN}::test_after_a_create_whose_answer_was_lost_the_list_is_read_again",),
    ),
    Fault(
        "a run believes its list of names to its end",
        ONCE,
        "            while self._read_at is None or abs(now - self._read_at) > FRESH:\n",
        "            while self._read_at is None:\n",
        (
            f"{WORKFLOWS_RUN}"
            "::test_a_name_that_others_take_during_a_run_is_seen_once_the_list_is_old",
        ),
    ),
    Fault(
        "a value that differs cannot be blanked in many records",
        KEPT,
        "    return (*map(for_all, patch_for(draft, subject.opened).changes), *blank)\n",
        "    return (*map(for_all, patch_for(draft, subject.opened).changes),)\n",
        (
            "tests/ui/bulk/test_change.py"
            "::test_a_value_that_differs_is_blanked_in_all_by_a_key_and_the_review_says_so",
        ),
    ),
    Fault(
        "a long reason of a failure is cut on a small screen",
        HONEST,
        "RunScreen #words { height: auto; max-height: 50%; padding: 0 1; }",
        "RunScreen #words { height: auto; max-height: 5; padding: 0 1; }",
        (
            "tests/ui/bulk/test_change.py"
            "::test_the_whole_reason_of_a_failure_is_seen_on_the_smallest_screen",
        ),
    ),
    Fault(
        "the journal does not learn what a resumed run found out",
        HONEST,
        "            await self._settle(run)\n",
        "            pass\n",
        (
            f"{UI_BULK_REST}"
            "::test_the_journal_knows_the_end_of_what_a_resumed_run_looked_up_or_sent_again",
        ),
    ),
    Fault(
        "the form forgets what was dropped in the review of its plan",
        SHOWN,
        "{n for n, entry in told if entry.sends and entry.key in before}",
        "set[int]()",
        (f"{UI_BULK_PLAN}::test_what_was_dropped_stays_dropped_on_the_way_through_the_form",),
    ),
    Fault(
        "the rest of a run is offered though a later run did it",
        HONEST,
        "        return _done_since(entry, plan.place(entry.profile), since.get(key, ())) or own\n",
        "        return own\n",
        (f"{UI_BULK_REST}::test_the_rest_that_a_later_run_did_is_not_offered_again",),
    ),
    Fault(
        "the rest of a run counts as done where a later run set another value",
        HONEST,
        "        if not all(name in there and _is(wanted[name], there[name]) for name in wanted):\n",
        "        if not all(name in there for name in wanted):\n",
        (f"{UI_BULK_REST}::test_the_rest_that_a_later_run_did_is_not_offered_again",),
    ),
    Fault(
        "what was dropped of a rest is offered when it is killed again",
        SHOWN,
        "        self.keep(run.id, run.plan)\n",
        "",
        (
            f"{UI_BULK_REST}"
            "::test_what_was_dropped_of_a_rest_is_not_offered_when_it_is_killed_again",
        ),
    ),
    Fault(
        "a record to which two profiles lead is planned twice",
        ONCE,
        "        return Marked(tuple(once.values()), lists)\n",
        "        return Marked(tuple(filter(None, map(self._view.found, self._view.marked(marks)))), lists)\n",
        (
            "tests/ui/all_profiles/test_marked.py::test_a_record_to_which_two_profiles_lead_is_planned_once",
        ),
    ),
    Fault(
        "types are looked at in two threads at once",
        HONEST,
        "    with _ONE_AT_A_TIME:\n        return msgspec.convert(values, kind)",
        "    if _ONE_AT_A_TIME:\n        return msgspec.convert(values, kind)\n    raise TypeError",
        ("tests/house/test_typed.py::test_many_threads_may_read_a_file_at_once",),
    ),
    Fault(
        "a record that was dropped from a plan is sent all the same",
        SHOWN,
        "            self.dismiss(self._rows.approved)\n",
        "            self.dismiss(self._rows.plan)\n",
        (f"{UI_BULK_PLAN}::test_a_record_that_is_dropped_is_not_sent_and_can_be_taken_back",),
    ),
    Fault(
        "Enter typed ahead of a plan applies it",
        SHOWN,
        "        super().__init__(services.clock)\n        self._services = services\n        self._sessions = sessions\n",
        "        super().__init__(services.clock, guarded=False)\n        self._services = services\n        self._sessions = sessions\n",
        (f"{UI_BULK_PLAN}::test_enter_typed_ahead_of_a_plan_applies_nothing",),
    ),
    Fault(
        "a plan shows another record's request than that under the cursor",
        SHOWN,
        "        entry = self._rows.plan.entries[numbers[0]]\n",
        "        entry = self._rows.plan.entries[0]\n",
        (f"{UI_BULK_PLAN}::test_the_request_shown_is_the_one_that_is_sent",),
    ),
    Fault(
        "a plan for a protected profile needs no number",
        SHOWN,
        "        typed = not self._asks or self._number.value",
        "        typed = True or self._number.value",
        (
            f"{UI_BULK_CHANGE}::test_a_protected_profile_asks_for_the_number_once_and_each_record_is_changed",
        ),
    ),
    Fault(
        "a run uses the session of the screen, which closes with it",
        KEPT,
        "            self._sessions[profile] = replace(source, target=source.client.target)\n",
        "            self._sessions[profile] = source\n",
        (
            f"{UI_BULK_CHANGE}::test_a_run_goes_on_when_its_screen_is_left_and_another_profile_comes_into_use",
        ),
    ),
    Fault(
        "the marks of failures go with those of what is done",
        HONEST,
        "        open_ids = {record_id for record_id, each in mine if each.progress not in ended}\n",
        "        open_ids = {record_id for record_id, each in mine if not each.progress.ended}\n",
        (f"{UI_BULK_CHANGE}::test_failures_stop_nothing_stay_marked_and_are_retried_once_each",),
    ),
    Fault(
        "a run that was stopped is forgotten",
        KEPT,
        "        if not run.counts.left:\n            await self._forget(run)\n",
        "        await self._forget(run)\n",
        (f"{UI_BULK_CHANGE}::test_leaving_during_a_run_asks_and_the_rest_is_kept",),
    ),
    Fault(
        "a plan is not kept before its first write",
        KEPT,
        "            run_id = await asyncio.to_thread(lambda: store.begin(plan_json(plan, now)))\n",
        "            run_id = os.urandom(8).hex() + plan_json(plan, now)[:0]\n",
        (
            f"{E2E_RUNS_SURVIVE}::test_a_run_that_was_killed_goes_on_where_it_was_and_the_store_equals_the_plan",
        ),
    ),
    Fault(
        "a destroying plan is begun without a backup",
        KEPT,
        "            if plan.destroys:\n                written =",
        "            if not plan.destroys:\n                written =",
        (f"{UI_BULK_PLAN}::test_a_delete_starts_on_cancel_and_writes_a_backup_first",),
    ),
    Fault(
        "a command deletes one record without a backup",
        KEPT,
        "        if self.before_sending is not None and not options.dry_run",
        "        if self.before_sending is not None and options.dry_run",
        (f"{CLI_DELETE}::test_a_deleted_record_is_brought_back_as_stderr_says",),
    ),
    Fault(
        "a record whose secret was not typed counts as done",
        HONEST,
        "    results = _without_secrets(rest, plan)\n",
        "    results = rest.results\n",
        (f"{UI_BULK_REST}::test_a_record_whose_only_change_was_left_out_is_not_called_done",),
    ),
    Fault(
        "the marks that the filter hides are not counted",
        HONEST,
        "            hidden = len(self.table.marks.difference(row_ids(self.table.rows)))\n",
        "            hidden = 0\n",
        (f"{UI_BULK_MARKS}::test_the_border_counts_the_marks_that_the_filter_hides",),
    ),
    Fault(
        "esc keeps the marks of a range that it takes back",
        PLACE,
        "            self.marks = begun.before\n        return begun is not None\n",
        "            self.marks = self.marks | begun.before\n        return begun is not None\n",
        (f"{UI_BULK_MARKS}::test_esc_takes_back_a_range_that_was_begun_and_no_other_mark",),
    ),
    Fault(
        "a record in the table of all profiles is sent to the first of them",
        PLACE,
        "return (shown.session, record) if shown is not None and record is not None else None",
        "return (next(iter(self._shown.values())).session, record) if record else None",
        (
            "tests/ui/all_profiles/test_actions.py"
            "::test_a_delete_goes_to_the_profile_of_the_row_where_ids_are_the_same",
        ),
    ),
    Fault(
        "all profiles ask for their tokens at once",
        HONEST,
        """                await self._read(name)

        await asyncio.gather""",
        """                await self._read(name, ScreenOperator(self))

        await asyncio.gather""",
        (
            "tests/ui/all_profiles/test_actions.py"
            "::test_a_token_is_asked_for_only_where_a_person_chooses_so",
        ),
    ),
    Fault(
        "the program ends before a write of another profile than that in use",
        ONCE,
        "return (*self._left, *self._beside.values(), *in_use)",
        "return (*self._left, *in_use)",
        ("tests/ui/all_profiles/test_actions.py::test_leaving_waits_for_a_write_of_any_profile",),
    ),
    Fault(
        "a copy gets an empty password where none was typed",
        KEPT,
        "        Change(name, ABSENT, secrets[name, login])\n        for name, login in _lacks(pair)\n        if (name, login) in secrets\n",
        '        Change(name, ABSENT, secrets.get((name, login), SecretStr("")))\n        for name, login in _lacks(pair)\n',
        (f"{UI_BULK_COPY_TO}::test_copies_get_the_secret_that_is_typed_once_and_none_is_emptied",),
    ),
    Fault(
        "all profiles go on as they were when one of them was changed",
        PLACE,
        "            self._all.open_profiles()  # one may have been changed meanwhile\n",
        "            pass\n",
        (
            "tests/ui/all_profiles/test_table.py"
            "::test_a_profile_that_was_changed_meanwhile_is_used_as_it_is_now",
        ),
    ),
    Fault(
        "marks stay where their profile leads to another host now",
        PLACE,
        'frozenset(each for each in marks if each.partition("\\n")[0] in same)',
        "marks",
        (
            "tests/ui/all_profiles/test_table.py"
            "::test_a_profile_that_was_changed_meanwhile_is_used_as_it_is_now",
        ),
    ),
    Fault(
        "an address is looked for among the records",
        PLACE,
        "    if not wants_records(options, names):\n        run_until_told(look())",
        "    if not (wants_records(options, names) or environ):\n        run_until_told(look())",
        (f"{CLI_PROBE}::test_an_address_needs_no_profile",),
    ),
    Fault(
        "equal addresses are probed twice",
        BOUNDS,
        'key = address.hostname.rstrip(".").casefold(), address.port',
        "key = address.hostname, address.port",
        (f"{CLI_PROBE}::test_all_records_are_probed_and_equal_addresses_once",),
    ),
    Fault(
        "five hosts are probed at once",
        BOUNDS,
        "asyncio.Semaphore(AT_ONCE)",
        "asyncio.Semaphore(AT_ONCE + 1)",
        (f"{CLI_PROBE}::test_at_most_four_hosts_are_probed_at_once",),
    ),
    Fault(
        "a password goes to every host",
        SECRET,
        "if relays.asked.password is not None and len(relays.found) > 1:",
        "if relays.asked.password is not None and len(relays.found) > 9:",
        (f"{CLI_PROBE}::test_what_cannot_be_meant_is_refused_before_anyone_is_asked",),
    ),
    Fault(
        "a second line gets into a command of a probe",
        SHOWN,
        'if "\\r" in command or "\\n" in command:',
        'if "\\r\\n" in command[-2:]:',
        (f"{PROBE}::test_no_second_line_gets_into_a_command",),
    ),
    Fault(
        "a probe's recipient is not checked",
        SHOWN,
        'recipient=recipient_of("--rcpt", options.recipient)',
        "recipient=options.recipient",
        (f"{CLI_PROBE}::test_what_cannot_be_meant_is_refused_before_anyone_is_asked",),
    ),
    Fault(
        "silence of a relay ends like a refusal",
        SCRIPTS,
        "*(Reason.SILENT, Reason.UNFINISHED, Reason.TOO_LONG),",
        "*(Reason.UNFINISHED, Reason.TOO_LONG),",
        (f"{CLI_PROBE}::test_a_mail_server_that_was_there_is_told_from_one_that_was_not",),
    ),
    Fault(
        "a relay's words begin performance data",
        SCRIPTS,
        'clean(words, 1_000).replace("|", "/")',
        "clean(words, 1_000)",
        (f"{CLI_PROBE_MONITORS}::test_a_refusal_and_a_closed_port_are_critical",),
    ),
    Fault(
        "a name gets out of its label",
        SCRIPTS,
        '.replace("\\\\", "\\\\\\\\").replace(\'"\', \'\\\\"\')',
        '.replace("\\\\", "\\\\\\\\")',
        (f"{CLI_PROBE_MONITORS}::test_no_name_gets_out_of_its_label_and_no_sample_stands_twice",),
    ),
    Fault(
        "a plugin ends with 2 after a slip",
        SCRIPTS,
        "refusal.code = ExitCode.NOT_FOUND  # the 3 of a plugin",
        "refusal.code = ExitCode.USAGE",
        (f"{CLI_PROBE_MONITORS}::test_what_cannot_be_done_is_unknown_to_a_plugin",),
    ),
    Fault(
        "a plugin is silent on a profile that cannot be read",
        HONEST,
        "set() if whole and looked else {State.UNKNOWN}",
        "set() if looked else {State.UNKNOWN}",
        (f"{CLI_PROBE_MONITORS}::test_a_profile_that_cannot_be_read_is_not_hidden_by_the_others",),
    ),
    Fault(
        "metrics are written through a link",
        FILES,
        "if path.is_symlink() or (path.exists() and not path.is_file()):",
        "if path.exists() and not path.is_file():",
        (f"{CLI_PROBE_MONITORS}::test_a_file_that_cannot_be_written_is_told",),
    ),
    Fault(
        "a probe begins a mail",
        SHOWN,
        """await self._command(channel, "RSET")""",
        """await self._command(channel, "DATA")""",
        (f"{PROBE}::test_each_relay_is_told_by_its_step_its_words_and_its_advice",),
    ),
    Fault(
        "an address of a probe carries a command of its own",
        SHOWN,
        "if not (sender + recipient).isprintable():",
        "if not (sender + recipient):",
        (f"{PROBE_ATTACKS}::test_an_address_cannot_carry_a_command",),
    ),
    Fault(
        "what comes behind the reply to STARTTLS is taken for a reply inside TLS",
        SECRET,
        """            words = "the server sent more behind its reply to STARTTLS, before TLS"
            raise Stopped(failure(Reason.INJECTED, words))
""",
        "",
        (f"{PROBE}::test_each_relay_is_told_by_its_step_its_words_and_its_advice",),
    ),
    Fault(
        "the dialogue of a probe shows the password",
        SECRET,
        "self._note(Line(Side.HERE, shown or command))",
        "self._note(Line(Side.HERE, command))",
        (f"{PROBE}::test_each_relay_is_told_by_its_step_its_words_and_its_advice",),
    ),
    Fault(
        "the dialogue of a probe shows a password that the server repeats",
        SECRET,
        "channel.hide(password, both, words[1])",
        "channel.hide()",
        (f"{PROBE_ATTACKS}::test_a_secret_that_the_server_repeats_is_masked",),
    ),
    Fault(
        "a probe sends the password to a server whose certificate is not trusted",
        SECRET,
        "if not self._ask.insecure and (tls is None or not tls.trusted):",
        "if not self._ask.insecure and tls is None:",
        (
            f"{PROBE}::test_each_relay_is_told_by_its_step_its_words_and_its_advice",
            f"{PROBE_REAL}::test_a_postfix_with_a_bad_certificate_is_noted_and_gets_no_password",
        ),
    ),
    Fault(
        "a probe takes a certificate for another host for a good one",
        SECRET,
        "if chain and not belongs_to(self._hostname, chain[0].names):",
        "if not chain:",
        (f"{PROBE}::test_what_is_wrong_with_a_certificate_is_told",),
    ),
    Fault(
        "a probe takes a question for a yes",
        HONEST,
        "return 200 <= self.code < 300",
        "return self.code < 400",
        (f"{PROBE}::test_each_relay_is_told_by_its_step_its_words_and_its_advice",),
    ),
    Fault(
        "a probe reads a reply without end",
        BOUNDS,
        "if len(self._lines) > self._limits.reply_lines or size > self._limits.reply_bytes:",
        "if size > 64 * self._limits.reply_bytes:",
        (f"{PROBE}::test_each_relay_is_told_by_its_step_its_words_and_its_advice",),
    ),
    Fault(
        "a probe reads a line without end",
        BOUNDS,
        "            if len(self._read) > self._limits.reply_bytes:\n",
        "            if len(self._read) > 64 * 1024 * self._limits.reply_bytes:\n",
        (f"{PROBE}::test_each_relay_is_told_by_its_step_its_words_and_its_advice",),
    ),
    Fault(
        "a probe takes as long as its steps together",
        BOUNDS,
        "seconds = max(0.0, min(self._limits.step, self._limits.whole - self.passed))",
        "seconds = self._limits.step",
        (f"{PROBE}::test_the_whole_probe_ends_in_its_time",),
    ),
    Fault(
        "a probe that is cancelled leaves its connection open",
        BOUNDS,
        """        except Stopped:
            return  # what stopped it is the last step
        finally:
            if channel is not None:
                channel.close()
""",
        """        except Stopped:
            return  # what stopped it is the last step
""",
        (f"{PROBE_ATTACKS}::test_a_probe_that_is_cancelled_leaves_nothing_behind",),
    ),
    Fault(
        "a probe speaks of the machine of CAM, which did not look",
        HONEST,
        """    ("the CAM host", "this machine"),
""",
        "",
        (
            "tests/probe/test_failures.py"
            "::test_a_reply_means_what_it_means_in_a_verdict_and_names_who_looked",
        ),
    ),
    Fault(
        "one family that leads nowhere uses up all attempts of a probe",
        HONEST,
        "        return alternating(found)",
        "        return tuple(dict.fromkeys(found))",
        ("tests/probe/test_names.py::test_the_families_take_turns",),
    ),
    Fault(
        "an address that answers hides one that does not",
        HONEST,
        "found.remarks, found.note = _failed_at(bad), bool(bad)",
        "found.remarks = _failed_at(bad)",
        (f"{PROBE}::test_the_next_address_is_tried_and_what_the_others_did_is_told",),
    ),
    Fault(
        "an address that greets hides one that takes connections and says nothing",
        HONEST,
        'found.in_short = "; ".join(found.remarks[:1])\n                    break',
        'found.in_short = "; ".join(found.remarks[:1])',
        (f"{PROBE}::test_an_address_that_takes_the_connection_is_the_one_that_is_told_of",),
    ),
    Fault(
        "a port that speaks with another TLS setting is only called silent",
        HONEST,
        "        other = _other_security(attempt.probe)",
        "        other = None",
        (f"{PROBE}::test_where_tls_begins_the_other_way_that_is_tried_and_told",),
    ),
    Fault(
        "a password is sent again with another TLS setting",
        SECRET,
        "            asks.append(Ask(here, other))",
        "            asks.append(replace(attempt.probe.ask, security=other, insecure=True))",
        (f"{PROBE}::test_where_tls_begins_the_other_way_that_is_tried_and_told",),
    ),
    Fault(
        "a server that resets the connection is not said to hang up",
        HONEST,
        "        if isinstance(error, ConnectionError):\n            self._note(",
        "        if error.errno is None:\n            self._note(",
        (f"{PROBE}::test_each_relay_is_told_by_its_step_its_words_and_its_advice",),
    ),
    Fault(
        "the dialogue does not say what was not tried",
        HONEST,
        "        attempt.note(not_tried_words(not_tried(attempt.probe)))\n",
        "",
        (f"{PROBE}::test_what_was_not_tried_is_told_with_its_reason_in_the_dialogue_too",),
    ),
    Fault(
        "the shell hides what else was tried",
        HONEST,
        '*(("Also tried", *tried) if tried else ())',
        "*()",
        (f"{CLI_PROBE}::test_what_else_was_tried_is_told_in_words_as_text_and_as_json",),
    ),
    Fault(
        "end does not go to the end of a dialog",
        HONEST,
        '(body.scroll_end if place == "end" else body.scroll_home)(animate=False)',
        "body.scroll_home(animate=False)",
        (f"{UI_PROBE_STEPS}::test_the_keys_of_a_table_go_to_the_beginning_and_the_end",),
    ),
    Fault(
        "every address of a name is tried",
        BOUNDS,
        "tried = addresses[: self._limits.addresses]",
        "tried = addresses",
        (f"{PROBE}::test_four_of_many_addresses_are_tried_and_share_the_time",),
    ),
    Fault(
        "asking a proxy for a connection counts as sending the request",
        BOUNDS,
        ' and details["request"].method != b"CONNECT"',
        "",
        ("tests/api/test_proxy.py::test_a_proxy_that_hangs_uses_up_the_time_for_a_connection",),
    ),
    Fault(
        "a proxy is used unseen",
        PLACE,
        "    if target.origin.proxy is not None:\n        words = ",
        "    if target.origin.proxy is not None:\n        _ = ",
        ("tests/ui/widgets/test_header.py::test_a_proxy_is_named_in_the_header_beside_the_host",),
    ),
    Fault(
        "the screen sends a password over an unsafe line without asking",
        SECRET,
        "        if await self.app.push_screen_wait(question):\n            self._begin(",
        "        await self.app.push_screen_wait(question)\n        if True:\n            self._begin(",
        (
            f"{UI_PROBE_LOGIN}::"
            "test_it_is_sent_all_the_same_only_after_a_question_that_begins_on_no",
        ),
    ),
    Fault(
        "that a password may be sent all the same holds for later probes too",
        SECRET,
        "            self._begin(replace(self._ask, insecure=True))",
        "            self._ask = replace(self._ask, insecure=True)\n"
        "            self._begin(self._ask)",
        (f"{UI_PROBE_LOGIN}::test_that_it_was_sent_all_the_same_holds_for_one_probe",),
    ),
    Fault(
        "a stopped probe goes on behind the dialog",
        HONEST,
        "        self._probing.cancel()\n        self._probing = None\n",
        "        self._probing = None\n",
        (f"{UI_PROBE_STEPS}::test_esc_stops_the_probe_and_closes_its_line_and_esc_again_leaves",),
    ),
    Fault(
        "a probe from a test email looks where the saved record leads",
        PLACE,
        "        dialog = ProbeDialog(self._session, self._services, self._subject, self._open_form)",
        "        saved = TestSubject(self._subject.name, self._subject.opened)\n"
        "        dialog = ProbeDialog(self._session, self._services, saved, self._open_form)",
        (
            f"{UI_PROBE_STEPS}::"
            "test_values_of_a_form_are_probed_before_they_are_saved_and_none_is_lost",
        ),
    ),
    Fault(
        "a probe is not told as one from this machine",
        HONEST,
        'f" from this machine ({clean(machine, 40)}), not from CAM",',
        '"",',
        (f"{UI_PROBE_STEPS}::test_x_probes_the_record_at_once_and_says_which_machine_looks",),
    ),
    Fault(
        "a test of other values counts as CAM's view of these",
        HONEST,
        "    same = newest is not None and _leads_to(newest) == _plain(probe.ask.address)",
        "    same = newest is not None",
        (f"{UI_PROBE_VIEWS}::test_a_test_with_other_values_does_not_count_and_is_told",),
    ),
    Fault(
        "a read-only profile is led from a probe to the form",
        HONEST,
        "        return named if writes and named in _IN_A_RECORD else None",
        "        return named if named in _IN_A_RECORD else None",
        (f"{UI_PROBE_STEPS}::test_a_read_only_profile_may_probe_and_is_offered_no_edit",),
    ),
    Fault(
        "the steps of a probe are shown only at its end",
        HONEST,
        "            await prober.probe(ask, self._take)\n",
        "            self._probe = await prober.probe(ask, lambda _: None)\n",
        (f"{UI_PROBE_STEPS}::test_a_step_is_shown_when_it_ends_and_the_next_one_has_dots",),
    ),
    Fault(
        "a probe reads the authorities of the machine in the event loop",
        BOUNDS,
        "shake = await asyncio.to_thread(handshake, self._ask.address.hostname, self._clock.now())",
        "shake = handshake(self._ask.address.hostname, self._clock.now())",
        ("tests/probe/test_cases.py::test_the_authorities_are_read_in_a_thread",),
    ),
    Fault(
        "a certificate is judged as of another time than its days are counted from",
        HONEST,
        "            store.set_time(now)",
        "            pass",
        (
            "tests/probe/test_cases.py::"
            "test_a_certificate_is_judged_as_of_the_time_that_the_days_are_counted_from",
        ),
    ),
    Fault(
        "the border of a probe is a plain yes where CAM does not reach the relay",
        HONEST,
        '    return role if works or role != "good" else "warn"',
        "    return role",
        (f"{UI_PROBE_VIEWS}::test_the_border_is_no_plain_yes_where_only_this_machine_reaches_it",),
    ),
    Fault(
        "a test that a command sent meanwhile is missing beside a probe",
        HONEST,
        '            await self._services.reports.attempt("Earlier tests cannot be shown", history.load)',
        "            history.known",
        (f"{UI_PROBE_VIEWS}::test_a_test_email_of_another_process_counts_too",),
    ),
    Fault(
        "the value of an option is taken for the command",
        PLACE,
        "            if argument not in with_value or not left or _is_option(left[-1]):",
        "            if argument not in program.options or not left or _is_option(left[-1]):",
        (f"{CLI_GRAMMAR}::test_any_order_of_options_and_the_command_means_the_same",),
    ),
    Fault(
        "a record whose name begins with a dash is taken for an option after --",
        PLACE,
        'if argument == "--":',
        'if argument == "---":',
        (f"{CLI_GRAMMAR}::test_what_follows_two_dashes_is_never_an_option",),
    ),
    Fault(
        "--prune is suggested in place of a harmless word",
        SHOWN,
        "if each not in DANGEROUS}",
        "if each}",
        (f"{CLI_GRAMMAR}::test_no_option_that_does_more_is_suggested_for_a_harmless_word",),
    ),
    Fault(
        "a command on records that match nothing ends as if it had done it",
        SCRIPTS,
        "            self.codes.append(ExitCode.NOT_FOUND)",
        "            pass",
        (f"{CLI_EXIT_CODES}::test_no_record_that_matches_ends_every_command_the_same",),
    ),
    Fault(
        "apply --dry-run sends",
        SHOWN,
        """        if options.dry_run:
            show_plan(options, found""",
        """        if not found:
            show_plan(options, found""",
        (f"{CLI_DESIRED}::test_a_dry_run_of_apply_shows_what_plan_shows",),
    ),
    Fault(
        "a probe is gone after its form was left",
        KEPT,
        "(self._open_form is None or await self._open_form(name))",
        "(self._open_form is None or [await self._open_form(name)])",
        (
            "tests/ui/probe/test_steps.py"
            "::test_a_form_that_is_left_leads_back_to_the_probe_as_it_was",
        ),
    ),
    Fault(
        "a verdict is gone after its form was left",
        KEPT,
        "        elif self._open_form is None or await self._open_form(name):",
        "        elif self._open_form is None or [await self._open_form(name)]:",
        (
            "tests/ui/probe/test_steps.py"
            "::test_a_form_that_is_left_leads_back_to_the_verdict_and_its_probe",
        ),
    ),
    Fault(
        "the search of the help knows only the page that is shown",
        HONEST,
        "            if words and (shown := _paragraphs(text, words, width)):",
        "            if topic == self._topics[0] and (shown := _paragraphs(text, words, width)):",
        (
            "tests/ui/dialogs/test_help.py"
            "::test_slash_searches_the_keys_and_all_pages_whatever_is_shown",
        ),
    ),
    Fault(
        "a create that was left is sent again on the word of an old list",
        ONCE,
        "            self._sent_before.add(number)",
        "            pass",
        (
            "tests/workflows/test_run.py"
            "::test_a_create_that_was_left_is_not_sent_again_on_the_word_of_an_old_list",
        ),
    ),
    Fault(
        "the list of another team of the tenant stays believed after a create",
        ONCE,
        "            self._forget_in_other_teams(names, session)",
        "            pass",
        (
            "tests/workflows/test_run.py"
            "::test_what_was_created_in_one_team_is_seen_in_another_of_the_tenant",
        ),
    ),
    Fault(
        "doctor's verdict says that all is well",
        HONEST,
        '    if not wrong:\n        return "No problem',
        '    if wrong:\n        return "No problem',
        ("tests/cli/test_doctor.py::test_what_is_wrong_with_a_file_is_marked",),
    ),
    Fault(
        "a dead proxy sends people to the host of the profile",
        HONEST,
        "        if not self.proxy:\n            return self.usual_advice",
        "        if True:\n            return self.usual_advice",
        ("tests/api/test_proxy.py::test_a_proxy_where_nothing_listens_is_named",),
    ),
    Fault(
        "an error in profiles.toml does not say whose",
        HONEST,
        """f'profile "{self.profile}": ' if self.profile else \"\"""",
        '""',
        (
            "tests/profiles/test_reading.py"
            "::test_an_error_about_a_key_names_that_key_its_line_and_the_profile",
        ),
    ),
    Fault(
        "a comment of the script holds a server's text as it is",
        SECRET,
        "    return shlex.quote(clean(text, 60))",
        "    return clean(text, 60)",
        (
            "tests/cli/test_command_line.py"
            "::test_a_pasted_script_neither_ends_the_shell_nor_runs_what_a_server_said",
        ),
    ),
    Fault(
        "the script holds refused writes",
        HONEST,
        "kept = [each for each in writes if not _was_refused(each)]",
        "kept = writes",
        (
            "tests/cli/test_command_line.py"
            "::test_a_script_holds_what_was_changed_and_counts_what_is_left_out",
        ),
    ),
    Fault(
        "the script does not say which record an id is",
        HONEST,
        'record_name=record.name if record is not None else "",',
        'record_name=record.name if record is None else "",',
        ("tests/ui/logs/test_activity.py::test_what_a_session_changed_is_offered_as_a_script",),
    ),
    Fault(
        "the hint after a copy names the keys of the first form",
        HONEST,
        '        steps = ["tab"] * forward if forward <= back else ["shift+tab"] * back',
        '        steps = ["tab"] * min(forward, back, 0)',
        (
            "tests/ui/dialogs/test_copy.py"
            "::test_the_hint_after_a_copy_names_the_keys_that_show_that_form",
        ),
    ),
    Fault(
        "--debug keeps the token of a request",
        SECRET,
        '        facts = [f"profile {self.profile}", f"{self.sent_bytes:,} bytes sent"]',
        '        facts = [__import__("os").environ.get("CAM_BEARER_TOKEN", "")]',
        (f"{CLI_VERBOSITY}::test_the_file_holds_no_secret",),
    ),
    Fault(
        "the file of --debug can be read by others",
        SECRET,
        "            os.fchmod(descriptor, 0o600)\n        except (FileProblem, OSError):",
        "            os.fchmod(descriptor, 0o644)\n        except (FileProblem, OSError):",
        (f"{CLI_VERBOSITY}::test_the_file_has_every_request_and_every_decision",),
    ),
    Fault(
        "--debug writes through a link",
        FILES,
        '            raise FileProblem(path, "is a symbolic link")',
        "            path = path.resolve()",
        (
            f"{CLI_VERBOSITY}::"
            "test_a_file_that_may_not_be_written_is_refused_before_anything_is_sent",
        ),
    ),
    Fault(
        "--quiet asks for a yes without the plan",
        SHOWN,
        "    for text, logged in _held[-1] if _held else ():",
        "    for text, logged in ():",
        (f"{CLI_VERBOSITY}::test_quiet_keeps_back_nothing_that_belongs_to_a_question",),
    ),
    Fault(
        "a name is put into the line of bash as it is",
        PLACE,
        '_TO_ESCAPE.sub(r"\\\\\\g<0>", name[before:])',
        "name[before:]",
        (
            f"{CLI_COMPLETION}::test_bash_gets_one_word_in_place_of_what_it_replaces",
            f"{E2E_COMPLETION}::test_tab_completes_each_name_as_one_word_and_runs_none",
        ),
    ),
    Fault(
        "bash is offered within quotes what it would run there",
        PLACE,
        "if not {*name} & _SPECIAL[typed.quote]",
        "if typed.quote",
        (f"{CLI_COMPLETION}::test_bash_gets_one_word_in_place_of_what_it_replaces",),
    ),
    Fault(
        "the names of another profile than the typed one are completed",
        PLACE,
        "            found = following",
        "            found = None",
        (
            f"{CLI_COMPLETION}::test_names_are_those_of_the_last_list_of_the_profile_that_is_typed",
            f"{E2E_COMPLETION}::test_tab_completes_each_name_as_one_word_and_runs_none",
        ),
    ),
    Fault(
        "a name in the file of names drives the terminal at a Tab",
        HONEST,
        "for name in self._load().get(place, ()) if name.isprintable())",
        "for name in self._load().get(place, ()))",
        (f"{STATE_NAMES}::test_a_name_in_the_file_that_would_drive_the_terminal_is_left_out",),
    ),
    Fault(
        "a name that two records have is completed",
        PLACE,
        "if _fits(name) and count[name] == 1:",
        "if _fits(name):",
        (
            f"{STATE_NAMES}::test_a_name_that_occurs_twice_gives_way_to_the_ids",
            f"{CLI_OUTPUT}::test_names_are_printed_one_a_line_and_ids_where_a_name_would_mislead",
        ),
    ),
    Fault(
        "a name is completed that leads to the record with that id",
        PLACE,
        "count = Counter(text for pair in distinct for text in {*pair})",
        "count = Counter(name for _, name in distinct)",
        (f"{STATE_NAMES}::test_a_name_that_is_the_id_of_another_record_gives_way_to_its_own_id",),
    ),
    Fault(
        "an id that would be taken for an option is completed",
        PLACE,
        " is not None and _fits(record_id):",
        " is not None:",
        (f"{STATE_NAMES}::test_an_id_that_cannot_be_typed_either_is_left_out",),
    ),
    Fault(
        "the names of a profile outlive its change to another server",
        PLACE,
        "json.dumps([self.name, self.host, self.port, self.tenant, self.team])",
        "self.name",
        (f"{CLI_COMPLETION}::test_a_profile_that_leads_elsewhere_completes_no_name_of_before",),
    ),
    Fault(
        "a write that was sent is told as not sent where its port speaks TLS too",
        HONEST,
        "            if call.operation.writes:  # a port may",
        "            if not call.operation.name:  # a port may",
        (
            f"{API_CONNECTING}::"
            "test_a_write_without_an_answer_is_unknown_although_its_port_speaks_tls_too",
        ),
    ),
    Fault(
        "a write without an answer hides that its port speaks TLS",
        HONEST,
        'f"{error.why}. {_MEANT_FOR_TLS}"',
        "error.why",
        (
            f"{API_CONNECTING}::"
            "test_a_write_without_an_answer_is_unknown_although_its_port_speaks_tls_too",
        ),
    ),
    Fault(
        "--debug keeps what a token command says",
        SECRET,
        '    tell(f"{source}: {line}", f"{source}: (a line that is not kept)")',
        '    tell(f"{source}: {line}")',
        (f"{CLI_VERBOSITY}::test_the_file_does_not_keep_what_a_token_command_says",),
    ),
    Fault(
        "--quiet keeps back a warning about values",
        SHOWN,
        "say: Callable[[str], object] = warn,",
        "say: Callable[[str], object] = str,",
        (f"{CLI_VERBOSITY}::test_quiet_keeps_back_no_warning",),
    ),
    Fault(
        "--quiet keeps back what a token command asks a person for",
        SHOWN,
        "    tell = say if is_terminal(sys.stderr) else inform",
        "    tell = inform",
        (f"{CLI_VERBOSITY}::test_quiet_shows_a_person_what_a_token_command_asks_for",),
    ),
    Fault(
        "a line of --debug stands behind half of another one",
        FILES,
        'begun = "\\n" if _is_torn(self._descriptor) else ""',
        'begun = ""',
        (f"{CLI_VERBOSITY}::test_a_line_that_a_full_disk_took_half_of_spoils_no_other",),
    ),
    Fault(
        "of two profiles on a line the last one is used without a word",
        PLACE,
        "        self._refuse_repeated()\n",
        "",
        (f"{CLI_GRAMMAR}::test_an_option_with_one_value_is_refused_if_it_is_given_twice",),
    ),
    Fault(
        "of lists that arrive together only one leaves names",
        PLACE,
        "        with self._one_at_a_time, suppress(FileProblem):",
        "        with suppress(FileProblem):",
        (f"{STATE_NAMES}::test_the_names_of_lists_that_arrive_together_are_all_kept",),
    ),
    Fault(
        "the names of the chosen profile are completed for others",
        PLACE,
        "    if several is not None:",
        "    if several == ():",
        (f"{CLI_COMPLETION}::test_for_several_profiles_the_names_are_those_of_these",),
    ),
    Fault(
        "the names of a list are written in the event loop",
        BOUNDS,
        "loop.run_in_executor(None, keep, self.profile.place, found.records)",
        "loop.call_soon(keep, self.profile.place, found.records)",
        (
            f"{UI_FILES_OFF_THE_LOOP}::"
            "test_no_file_is_touched_in_the_event_loop_whatever_is_pressed",
        ),
    ),
    Fault(
        "confirm in config.toml is not heeded",
        SHOWN,
        "        self._asks = session.confirm.why(protected=self._protected, destroys=plan.destroys)",
        '        self._asks = "this profile is protected" if self._protected else ""',
        (f"{UI_REVIEW}::test_confirm_has_the_name_typed_before_more_writes",),
    ),
    Fault(
        "confirm in config.toml spares a protected profile its question",
        SHOWN,
        """        if protected:
            return "this profile is protected\"""",
        """        if protected and self is not Confirm.PROTECTED:
            return "\"""",
        (f"{UI_REVIEW}::test_no_value_of_confirm_weakens_a_protected_profile",),
    ),
    Fault(
        "a help text that a full disk swallows ends as done",
        SCRIPTS,
        '        write(self.format_help().rstrip("\\n"))',
        "        super().print_help(file)",
        (
            "tests/cli/test_every_command.py"
            "::test_what_cannot_be_written_has_its_code_and_the_work_is_done",
        ),
    ),
    Fault(
        "a plan that a full disk swallows ends as one that could not be made",
        SCRIPTS,
        "    return code if code in ANY_COMMAND else ExitCode.FAILED",
        "    return ExitCode.FAILED",
        (
            "tests/cli/test_every_command.py"
            "::test_what_cannot_be_written_has_its_code_and_the_work_is_done",
        ),
    ),
    Fault(
        "a word after --json that names nothing is not told how a field is chosen",
        PLACE,
        " if wanted in options.after_json else",
        " if not options.after_json else",
        (f"{CLI_OUTPUT}::test_a_word_after_json_that_is_no_record_is_told_how_a_field_is_chosen",),
    ),
    Fault(
        "get asks for the list once for each record",
        PLACE,
        "await session.list() if listed is None else listed",
        "await session.list()",
        (f"{CLI_READING}::test_get_prints_several_records_each_once_and_asks_for_the_list_once",),
    ),
    Fault(
        "a value is taken for the record because it stands first",
        PLACE,
        "(*named_records(options), options.values[0])[0]",
        "options.values[0]",
        (f"{CLI_SET}::test_the_record_may_stand_after_its_values",),
    ),
    Fault(
        "a record takes the name of a field for its own",
        PLACE,
        'fields & {*left[-1].split(",")}:',
        "left[-1]:",
        (f"{CLI_GRAMMAR}::test_what_follows_json_is_its_value_only_if_it_names_a_field",),
    ),
    Fault(
        "a document does not say the version of its shapes",
        SCRIPTS,
        '            show_json({"schema": SCHEMA, KEYS[options.command]: chosen})',
        "            show_json({KEYS[options.command]: chosen})",
        (
            f"{CLI_OUTPUT}::test_every_command_prints_what_its_schema_describes_as_a_document_and_as_lines",
        ),
    ),
    Fault(
        "a field that a record lacks is left out",
        SCRIPTS,
        "        for name in options.fields\n    }",
        '        for name in options.fields\n        if name in told or name in told.get("parameters", {})\n    }',
        (f"{CLI_OUTPUT}::test_fields_are_chosen_in_their_order_and_what_a_record_lacks_is_null",),
    ),
    Fault(
        "a write is sent before its fields are looked at",
        SCRIPTS,
        "if unknown or not all(names):",
        "if not all(names):",
        (f"{CLI_OUTPUT}::test_a_field_that_is_none_is_refused_before_anything_is_sent",),
    ),
    Fault(
        "json alone keeps its fields to itself",
        SCRIPTS,
        '    inform(f"Fields: {',
        '    repr(f"Fields: {',
        (f"{CLI_OUTPUT}::test_json_alone_lists_the_fields_to_whoever_looks_at_it",),
    ),
    Fault(
        "an id is cut in a table although other columns could give way",
        SCRIPTS,
        "width if name in whole else min(width, most)",
        "min(width, most)",
        (f"{CLI_OUTPUT}::test_names_and_ids_are_whole_as_long_as_other_columns_can_give_way",),
    ),
    Fault(
        "a line and its end are written apart",
        SCRIPTS,
        'print(f"{text}\\n", end="", flush=True)',
        "print(text, flush=True)",
        (
            f"{CLI_VERBOSITY}::test_lines_of_data_and_of_messages_do_not_mix_where_nothing_is_buffered",
        ),
    ),
    Fault(
        "a file for the user closes its directory to others",
        FILES,
        '    unchanged.\n    """\n    real = own_path(path)\n    with',
        '    unchanged.\n    """\n    ensure_directory(path.parent)\n    real = own_path(path)\n    with',
        (f"{CLI_DESIRED}::test_the_directory_of_a_file_that_is_written_stays_as_it_is",),
    ),
    Fault(
        "the names of the journal have a blank one",
        SCRIPTS,
        "(pair for pair in pairs if any(pair))",
        "(pair for pair in pairs)",
        (f"{CLI_AUDIT}::test_names_of_the_journal_leave_out_what_was_no_record",),
    ),
    Fault(
        "a list that is created makes the passwords blank",
        PLACE,
        "    return replace(document, records=tuple(records))",
        '    return replace(\n        document,\n        records=tuple(\n            replace(each, values={**each.values, **dict.fromkeys(each.stored, "")}) for each in records\n        ),\n    )',
        (f"{CLI_OUTPUT}::test_a_list_that_is_created_on_another_host_has_the_same_types",),
    ),
    Fault(
        "a list is created although its names are taken",
        PLACE,
        "        if taken:\n            names",
        "        if not made:\n            names",
        (f"{CLI_OUTPUT}::test_a_list_that_is_created_on_another_host_has_the_same_types",),
    ),
    Fault(
        "a cell of CSV is computed by a spreadsheet",
        HONEST,
        'return f"\'{text}" if text.startswith(_FORMULA) else text',
        "return text",
        (f"{CLI_OUTPUT}::test_lists_are_printed_as_csv_that_no_spreadsheet_computes",),
    ),
    Fault(
        "a wide name shifts the columns",
        HONEST,
        "map(fitted, row, widths)",
        "map(str.ljust, row, widths)",
        (f"{CLI_OUTPUT}::test_a_wide_name_shifts_no_column",),
    ),
    Fault(
        "a line of JSON waits for the hosts before it",
        SCRIPTS,
        "AT_ONCE: Final = 4\n",
        "AT_ONCE: Final = 1\n",
        (f"{CLI_OUTPUT}::test_a_line_is_printed_as_it_comes",),
    ),
    Fault(
        "a table in a pipe is cut to COLUMNS",
        HONEST,
        "    return wanted_columns() if is_terminal(sys.stdout) else None",
        "    return wanted_columns()",
        (f"{CLI_OUTPUT}::test_a_table_is_cut_to_the_terminal_or_to_COLUMNS_and_whole_in_a_pipe",),
    ),
    Fault(
        "the schema of profiles takes an empty table",
        SCRIPTS,
        '    return told | {"minProperties": 1}',
        "    return told",
        (
            "tests/profiles/test_schema.py::test_what_the_program_takes_the_schema_takes_and_the_other_way",
        ),
    ),
    Fault(
        "where stderr is closed its words are data",
        SCRIPTS,
        "    if sys.stderr is None:  # ``print`` would take stdout instead\n        return\n",
        "",
        (
            "tests/cli/test_every_command.py"
            "::test_a_closed_stream_stops_no_command_and_nothing_takes_another_way",
        ),
    ),
    Fault(
        "a list from before the machine slept is believed",
        ONCE,
        "            now = self._clock.now()\n"
        "            while self._read_at is None or abs(now - self._read_at) > FRESH:\n",
        "            now = self._read_at or self._clock.now()\n"
        "            while self._read_at is None or abs(now - self._read_at) > FRESH:\n",
        (f"{WORKFLOWS_RUN}::test_a_list_from_before_the_machine_slept_is_old",),
    ),
    Fault(
        "a line of any profile is called an example",
        HONEST,
        "self._example.display = in_demo and label in _FOR_A_SHELL",
        "self._example.display = label in _FOR_A_SHELL",
        (
            "tests/ui/dialogs/test_copy.py::test_one_remark_says_that_a_line_of_the_demo_is_an_example",
        ),
    ),
    Fault(
        "a line of the demo is not called an example",
        HONEST,
        "self._example.display = in_demo and label in _FOR_A_SHELL",
        "self._example.display = False",
        (
            "tests/ui/dialogs/test_copy.py::test_one_remark_says_that_a_line_of_the_demo_is_an_example",
        ),
    ),
    Fault(
        "one thing to copy has a label as if it were one of several",
        HONEST,
        "        if len(self._forms) > 1:\n            yield self._labels\n",
        "        yield self._labels\n",
        ("tests/ui/dialogs/test_copy.py::test_where_there_is_one_thing_to_copy_it_has_no_label",),
    ),
    Fault(
        "it is asked after each copy whether it arrived",
        HONEST,
        " and not (sent and self._asked_whether_copied)",
        "",
        ("tests/ui/dialogs/test_copy.py::test_it_is_asked_once_whether_a_copy_arrived",),
    ),
    Fault(
        "q is typed into a search of the help that enter has ended",
        HONEST,
        '        """Let letters be keys again."""\n        self.set_focus(None)\n',
        '        """Let letters be keys again."""\n',
        (
            "tests/ui/dialogs/test_help.py::test_enter_ends_a_search_so_that_q_closes_and_slash_searches_on",
        ),
    ),
    Fault(
        "a field is taken for a record because another command on the line lacks it",
        PLACE,
        "            for _, each in _all_options(program)\n            if isinstance",
        "            for each in known.values()\n            if isinstance",
        (f"{CLI_GRAMMAR}::test_what_follows_json_is_its_value_only_if_it_names_a_field",),
    ),
    Fault(
        "a word that may be a password is repeated as an unknown option",
        SECRET,
        'told = f" {option}" if re.fullmatch(r"-\\w|--[a-z][a-z-]*", option) else ""',
        'told = f" {option}"',
        (f"{CLI_GRAMMAR}::test_what_may_be_a_password_is_not_repeated_as_an_unknown_option",),
    ),
    Fault(
        "create - takes whole lists only",
        SCRIPTS,
        "for parts in ([text], text.splitlines()):",
        "for parts in ():",
        (f"{CLI_OUTPUT}::test_one_record_and_lines_are_created_on_another_host_too",),
    ),
    Fault(
        "create - takes no lines",
        SCRIPTS,
        "for parts in ([text], text.splitlines()):",
        "for parts in ([text],):",
        (f"{CLI_OUTPUT}::test_one_record_and_lines_are_created_on_another_host_too",),
    ),
    Fault(
        "--quiet silences --verbose without a word",
        SCRIPTS,
        "if options.quiet and options.verbose:",
        "if False and options.quiet and options.verbose:",
        (f"{CLI_EDGE}::test_a_mistake_in_the_arguments_says_what_is_right",),
    ),
    Fault(
        "--debug - makes a file of that name",
        FILES,
        '    if text == "-":\n        raise argparse.ArgumentTypeError("must be a file")\n',
        "",
        (f"{CLI_EDGE}::test_a_mistake_in_the_arguments_says_what_is_right",),
    ),
    Fault(
        "a write that was begun is stopped because nobody awaits it any more",
        HONEST,
        "            if self.stops_unsent and state.stage is _Stage.WAITS:",
        "            if state.stage is _Stage.WAITS:",
        (
            f"{API_WRITES}::test_a_write_that_is_left_while_it_connects_goes_on_where_it_is_not_given_up",
        ),
    ),
    Fault(
        "confirm in config.toml is not heeded by a plan",
        SHOWN,
        'return confirm.why(protected=False, destroys=plan.destroys) if plan.writes else ""',
        'return ""',
        (f"{UI_BULK_CHANGE}::test_confirm_has_the_number_typed_before_a_plan",),
    ),
    Fault(
        "the file of names grows with each profile",
        BOUNDS,
        "kept = [(place, names), *others][:_PROFILES]",
        "kept = [(place, names), *others]",
        (f"{STATE_NAMES}::test_the_file_is_bounded_and_keeps_what_was_read_last",),
    ),
    Fault(
        "--quiet keeps back that someone else changed the record",
        HONEST,
        'say(f"Nothing was sent: someone else changed {same} meanwhile.")',
        'inform(f"Nothing was sent: someone else changed {same} meanwhile.")',
        (f"{CLI_VERBOSITY}::test_quiet_still_says_that_someone_else_changed_the_record",),
    ),
    Fault(
        "a question without a yes ends as a mistake on the command line",
        SCRIPTS,
        '        raise Refusal(f"{nothing}: not confirmed", ExitCode.REFUSED)',
        '        raise Refusal(f"{nothing}: not confirmed")',
        (f"{CLI_EXIT_CODES}::test_a_question_without_a_yes_ends_every_command_the_same",),
    ),
    Fault(
        "a write that is stopped while a name is compared may have been sent",
        HONEST,
        "            with nothing_sent():\n                await self._check_access(request, call)\n",
        "            await self._check_access(request, call)\n",
        (f"{API_WRITES}::test_a_write_stopped_while_a_name_is_compared_was_surely_not_sent",),
    ),
    Fault(
        "the help does not list a field that is printed",
        SCRIPTS,
        '        "well": "false where something has to be done",\n',
        "",
        (
            f"{CLI_OUTPUT}::test_every_command_prints_what_its_schema_describes_as_a_document_and_as_lines",
        ),
    ),
    Fault(
        "a full disk is told by its code alone",
        HONEST,
        "words = f\"cannot write to stdout: {(error.strerror or '').lower()}\"",
        'words = "cannot write to stdout"',
        (
            "tests/cli/test_every_command.py"
            "::test_what_cannot_be_written_has_its_code_and_the_work_is_done",
        ),
    ),
    Fault(
        "--quiet says what is neither data nor an error",
        SCRIPTS,
        '    if _held:\n        log.decision(f"not said: {logged or text}")\n',
        '    if not _held:\n        log.decision(f"not said: {logged or text}")\n',
        (f"{CLI_VERBOSITY}::test_quiet_prints_data_and_errors_only",),
    ),
    Fault(
        "--verbose prints decisions in place of requests",
        HONEST,
        'self._verbose and kind == "request"',
        'self._verbose and kind != "request"',
        (f"{CLI_VERBOSITY}::test_verbose_prints_each_request_with_its_status_and_duration",),
    ),
    Fault(
        "create - leaves out the password that a file has",
        SHOWN,
        "if options.ask_passwords or (options.password_file is not None and name == PASSWORD)",
        "if options.ask_passwords",
        (f"{CLI_OUTPUT}::test_the_password_of_a_list_is_read_from_a_file_where_there_was_one",),
    ),
    Fault(
        "create - drops values that are for one record",
        SHOWN,
        '        raise UsageError("`create -` takes its records from stdin, and no values or name")\n',
        "        pass\n",
        (f"{CLI_OUTPUT}::test_what_is_for_one_record_is_refused_for_a_list",),
    ),
    Fault(
        "a token that is refused ends as a host that is down",
        SCRIPTS,
        "    errors.TokenRefused: ExitCode.TOKEN,",
        "    errors.TokenRefused: ExitCode.UNREACHABLE,",
        (
            "tests/cli/test_every_command.py"
            "::test_without_its_server_each_command_says_why_in_its_code_and_prints_nothing",
        ),
    ),
    Fault(
        "a screen is loaded by the first key that needs it",
        BOUNDS,
        "await asyncio.to_thread(_import_all, ui)",
        "pass",
        (
            "tests/house/test_start.py"
            "::test_the_screens_are_loaded_before_a_key_needs_them_once_the_rows_are_there",
        ),
    ),
    Fault(
        "tests that are read after the list are not shown",
        HONEST,
        "self._show_view(view, told)\n        self._fill()",
        "self._show_view(view, told)",
        (
            "tests/ui/test_email/test_waiting.py"
            "::test_a_program_left_before_the_answer_keeps_the_test_as_unknown",
        ),
    ),
    Fault(
        "ctrl+c ends a command as a failure",
        SCRIPTS,
        'return fail("interrupted", ExitCode.INTERRUPTED)',
        'return fail("interrupted")',
        (
            "tests/cli/test_every_command.py::test_ctrl_c_ends_each_command_that_waits_for_the_server",
        ),
    ),
    Fault(
        "a command writes over a file that a person edits",
        FILES,
        "if file is not None and not options.force and holds_other(file, is_ours):",
        "if file is not None and not options.force and not file.parent.exists():",
        (
            f"{CLI_DESIRED}"
            "::test_a_file_that_a_person_wrote_is_not_lost_and_the_own_one_is_written_anew",
        ),
    ),
    Fault(
        "a value in the place of the name becomes the name of a new record",
        SHOWN,
        'if "=" in options.name and (parameter := parameter_in(options.name)):',
        'if "==" in options.name and (parameter := parameter_in(options.name)):',
        (
            "tests/cli/test_mistakes.py"
            "::test_a_value_in_the_place_of_a_name_is_no_name_and_is_not_repeated",
        ),
    ),
    Fault(
        "a misspelt parameter of a document is not told beside what it causes",
        HONEST,
        "problems += _misspelt(record, there) if wrong else ()",
        "problems += _misspelt(record, there) if not wrong else ()",
        (
            f"{WORKFLOWS_DESIRED}"
            "::test_all_that_is_wrong_with_a_record_is_told_at_once_and_what_may_be_misspelt",
        ),
    ),
)

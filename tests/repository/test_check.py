"""Test that each rule of scripts/check accepts good files and reports bad ones."""

from collections.abc import Callable
from importlib import resources
from pathlib import Path

from annotatedyaml import parse_yaml
from homeassistant.components.brands.const import ALLOWED_IMAGES
import pytest

from scripts.check import find_problems
from scripts.check.__main__ import main
from scripts.check.brand import PICTURES
from scripts.check.quality_scale import RULES
from scripts.check.repository import Json
from tests.support.sound_repository import (
    ACTIONS,
    CONDITIONS,
    EN,
    FI,
    FLOW,
    FOLDER,
    GONE,
    HACS,
    ICONS,
    MANIFEST,
    SCALE,
    SOUND,
    TRIGGERS,
    sound,
    spoil,
    write,
)


@pytest.fixture
def judge(tmp_path: Path) -> Callable[[dict[str, Json]], list[str]]:
    """Return a function that writes files and returns their problems."""

    def write_and_judge(files: dict[str, Json]) -> list[str]:
        write(tmp_path, files)
        return [str(problem) for problem in find_problems(tmp_path)]

    return write_and_judge


type Judge = Callable[[dict[str, Json]], list[str]]


def test_sound_repository_passes(judge: Judge) -> None:
    """A repository without faults has no problem."""
    assert judge(SOUND) == []


RULE: Json = {"status": "done", "comment": "It is."}
BRAND = f"{FOLDER}/brand"


@pytest.mark.parametrize(
    ("path", "place", "value", "complaint"),
    [
        (MANIFEST, "domain", "meterbridge", "domain: value must be one of"),
        (MANIFEST, "version", GONE, "version: required key not provided"),
        (MANIFEST, "version", "one", "version: is no version"),
        (MANIFEST, "codeowners", [], "codeowners: there is none"),
        (MANIFEST, "codeowners", ["ann"], "is no GitHub account"),
        (MANIFEST, "documentation", "http://a.example/", "is no https address"),
        (MANIFEST, "issue_tracker", GONE, "issue_tracker: required key"),
        (MANIFEST, "iot_class", "local", "iot_class: value must be one of"),
        (MANIFEST, "integration_type", "box", "integration_type: value must be"),
        (MANIFEST, "quality_scale", "platinum", "quality_scale: value must be"),
        (MANIFEST, "after_dependencies", ["recorder", "energy"], "are not in order"),
        (MANIFEST, "dependencies", ["recorder", "recorder"], "or one stands twice"),
        (MANIFEST, "dhcp", [{"hostname": "han-*"}], "asks for dhcp, but no step"),
        (MANIFEST, "requirements", ["iometer==1.0.2"], "installs no packages"),
        (MANIFEST, "config_flow", False, "whether config_flow.py exists"),
        (MANIFEST, "categories", ["Energy"], "is no category"),
        (MANIFEST, "connectivity", ["wifi"], "connectivity.0: value must be one of"),
        (MANIFEST, "homepage", "x", "homepage: not a valid option"),
        (MANIFEST, "zeroconf", ["_X._tcp.local."], "is not lower-case"),
        (MANIFEST, "zeroconf", ["_http._tcp"], "is no service type"),
        (
            *(MANIFEST, "zeroconf"),
            [{"type": "_http._tcp.local.", "properties": {"model": "HAN*"}}],
            "zeroconf.0.properties.model: is not lower-case",
        ),
        (MANIFEST, "dhcp", [{"hostname": "HAN-*"}], "hostname: is not lower-case"),
        (MANIFEST, "zeroconf", [{"name": "han*"}], "type: required key not provided"),
        (MANIFEST, "after_dependencies", [], "imports recorder, which the manifest"),
        (MANIFEST, "zeroconf", GONE, "imports zeroconf, which the manifest"),
        (EN, "config/error/cannot_connect", "No <b>answer</b>", "holds HTML"),
        (EN, "config/error/cannot_connect", "See https://a.example", "holds a URL"),
        (EN, "config/error/cannot_connect", "See www.a.example", "holds a URL"),
        (EN, "config/error/cannot_connect", "No answer ", "has a space at an end"),
        (EN, "config/error/cannot_connect", "", "is empty"),
        (EN, "config/error/cannot_connect", 7, "is not text"),
        (EN, "config/error/cannot_connect", "'{host}' is silent", "single quotes"),
        (EN, "config/error/cannot_connect", "L'{host}", "single quotes"),
        (EN, "config/error/cannot_connect", "{the host}", "is no identifier"),
        (EN, "config/error/cannot_connect", "{}", "is no identifier"),
        (EN, "config/error/cannot_connect", "{host", "has a broken placeholder"),
        (EN, "config/error/cannot_connect", "[%key:common::x%]", "holds a reference"),
        (EN, "config/step/user/data_description/port", "TCP", "of no field: port"),
        (
            *(EN, "config/step/user/sections/more/data_description/port", "TCP"),
            "sections.more: data_description of no field: port",
        ),
        (EN, "config/step", GONE, "config.step: required key not provided"),
        (EN, "config/title", "Title", "config.title: not a valid option"),
        (EN, "options", {"step": {"init": {"text": "x"}}}, "init.text: not a valid"),
        (EN, "entity/sensor/Energy", {"name": "x"}, "is no translation key"),
        (EN, "entity/sensor/energy_", {"name": "x"}, "is no translation key"),
        (EN, "entity/sensor/pin/state/entered", "{x}", "where none is filled in"),
        (EN, "entity/sensor/pin/label", "PIN", "pin.label: not a valid option"),
        (EN, "exceptions/unreachable", "Silent", "unreachable: expected a mapping"),
        (EN, "exceptions/un-reachable", {"message": "Silent"}, "is no slug"),
        (EN, "issues/replaced/description", GONE, "either a description or"),
        (EN, "issues/replaced/fix_flow", {"step": {}}, "either a description or"),
        (EN, "issues/replaced/title", GONE, "replaced.title: required key"),
        (EN, "services/fetch/description", GONE, "description: required key"),
        (EN, "selector/bridge/options", {"Auto": "x"}, "is no translation key"),
        (EN, "sensors", {}, "sensors: not a valid option"),
        (FI, "config/error", {}, "cannot_connect: is missing"),
        (FI, "config/abort", {"done": "Valmis"}, "abort.done: is not in en.json"),
        (
            *(FI, "entity/sensor/energy/name", "Energia {vaihe}"),
            "differs from en.json in placeholder phase, vaihe",
        ),
        (ICONS, "entity/sensor/power", {"default": "mdi:flash"}, "no translation"),
        (ICONS, "entity/sensor/pin/default", "flash", "is no icon"),
        (ICONS, "entity/sensor/pin/default", "mdi:Flash", "is no icon"),
        (ICONS, "entity/sensor/pin/state/lost", "mdi:lock-off", "has no state lost"),
        (ICONS, "entity/sensor/energy/range", {"low": "mdi:leaf"}, "is no number"),
        (ICONS, "entity/sensor/pin/range", {"0": "mdi:leaf"}, "by state and by range"),
        (
            *(ICONS, "entity/sensor/pin/state_attributes/age/state"),
            *({"old": "mdi:clock"}, "repeats the default icon"),
        ),
        (ICONS, "services/fetch", "mdi:refresh", "services.fetch: expected a mapping"),
        (
            *(ICONS, "services/forget", {"service": "mdi:refresh"}),
            "services.forget: has no translation",
        ),
        (ACTIONS, "fetch/fields/entry/selector", {"wheel": {}}, "entry.selector"),
        (ACTIONS, "fetch/fields/entry/name", "Bridge", "name: not a valid option"),
        (ACTIONS, "fetch/fields/port", {}, "fetch.port: is not in both"),
        (ACTIONS, "fetch/target", {"room": 1}, "fetch.target"),
        (ACTIONS, "Fetch", None, "is no slug"),
        (ACTIONS, "forget", None, "forget: is not in both"),
        (ACTIONS, "fetch", GONE, "fetch: is not in both"),
        (ACTIONS, "fetch/fields/days", {}, "fetch: has a field twice"),
        (ACTIONS, "fetch/fields/entry/example", None, "example: is empty"),
        (ACTIONS, "fetch/fields/entry/filter", {}, "filter: not a valid option"),
        (ACTIONS, "fetch/fields/kind/selector/select/translation_key", "x", "no words"),
        (ICONS, "services/fetch", GONE, "fetch: has no icon"),
        (EN, "triggers/went/description", GONE, "went.description: required key"),
        (EN, "conditions/is_fresh/title", "x", "is_fresh.title: not a valid option"),
        (TRIGGERS, "went/fields/until", {}, "went.until: is not in both"),
        (TRIGGERS, "went/fields/for/selector", {"wheel": {}}, "for.selector"),
        (TRIGGERS, "went/action", {}, "went.action: not a valid option"),
        (TRIGGERS, "Went", None, "is no slug"),
        (TRIGGERS, "came", None, "came: has no icon"),
        (TRIGGERS, "came", None, "came: is not in both triggers.yaml and en.json"),
        (TRIGGERS, "went", GONE, "does not go with async_get_triggers in trigger.py"),
        (CONDITIONS, "is_stale", None, "is_stale: is not in both conditions.yaml"),
        (ICONS, "conditions/is_stale", {"condition": "mdi:a"}, "has no translation"),
        (ICONS, "triggers/went", {"service": "mdi:a"}, "trigger: required key"),
        (SCALE, "rules/brands", GONE, "rules.brands: required key not provided"),
        (SCALE, "rules/brands", GONE, "rules are not in order"),
        (SCALE, "rules/docs-poetry", RULE, "docs-poetry: not a valid option"),
        (SCALE, "rules/brands", "done", "rules.brands: expected a mapping"),
        (SCALE, "rules/brands/status", "almost", "status: value must be one of"),
        (SCALE, "rules/brands/comment", GONE, "comment: required key not provided"),
        (SCALE, "rules/brands/comment", " ", "is no line that says how"),
        (SCALE, "rules/brands/comment", "a\nb", "is no line that says how"),
        (SCALE, "rules/repair-issues", RULE, "repairs.py has no"),
        (HACS, "name", GONE, "name: required key not provided"),
        (HACS, "domains", ["sensor"], "domains: not a valid option"),
        (HACS, "filename", GONE, "zip_release needs meter_bridge.zip"),
        (HACS, "homeassistant", "latest", "is no release of Home Assistant"),
        (HACS, "homeassistant", "2026.8.0", "is not what tests-oldest pins"),
        (HACS, "country", "Finland", "is no country code"),
    ],
)
def test_broken_metadata_is_reported(
    judge: Judge, path: str, place: str, value: object, complaint: str
) -> None:
    """A wrong value in a metadata file is reported with the reason."""
    files = sound()
    spoil(files, path, place, value)
    assert any(complaint in problem for problem in judge(files))


@pytest.mark.parametrize(
    ("path", "content", "complaint"),
    [
        (MANIFEST, '{"name": "x", "domain": "meter_bridge"}', "keys are not in order"),
        (MANIFEST, '{"domain": "x", "name": "x", "version": "1", "a": 1}', "in order"),
        (EN, "{}", "holds nothing to show"),
        (EN, "[]", "holds nothing to show"),
        (EN, '{"title": "a", "title": "b"}', "holds title twice"),
        ("tests/fixtures/info.json", '{"id": 1,}', "cannot be parsed"),
        ("docs/dashboard.yaml", "cards: [", "cannot be parsed"),
        (".github/workflows/checks.yml", "on:\n\t- push", "cannot be parsed"),
        (f"{FOLDER}/strings.json", "{}", "only core reads it"),
        (f"{FOLDER}/sensor.py", "def", "cannot be parsed"),
        (f"{FOLDER}/sensor.py", "PARALLEL_UPDATES = None", "but not in sensor.py"),
        (f"{FOLDER}/entity.py", "", "has-entity-name: is done, but entity.py has"),
        (f"{FOLDER}/__init__.py", "def async_setup(): ...", "needs a CONFIG_SCHEMA"),
        (FLOW, "def async_step_zeroconf(): ...", "needs async_set_unique_id"),
        (f"{FOLDER}/trigger.py", "", "does not go with async_get_triggers"),
        ("README.md", " ", "is missing or empty"),
        ("blueprints/a.yaml", "min_version: 2026.10.4", "is not what hacs.json asks"),
        (f"{FOLDER}/sensor.py", "import homeassistant.components.cloud", "cloud"),
        ("custom_components/other/__init__.py", "", "is a second integration"),
        ("scripts/run", "echo", "without a #! line"),
        ("docs/tool.sh", "#!/bin/sh", "may not be run"),
        ("docs/a.md", f"cd {'/'}home/ann/meter", "line 1 names the path of one"),
        ("docs/a.md", f"'{'/'}root/.cache'", "names the path of one machine"),
        ("docs/a.md", "see pypi" + ".org/simple", "names the host of a package"),
    ],
)
def test_broken_file_is_reported(
    judge: Judge, path: str, content: str, complaint: str
) -> None:
    """A file that cannot be parsed, run or published is reported."""
    assert any(
        problem.startswith((path, FOLDER, "custom_components/other"))
        and complaint in problem
        for problem in judge({**SOUND, path: content})
    )


@pytest.mark.parametrize(
    ("path", "blamed"),
    [
        (MANIFEST, MANIFEST),
        (EN, EN),
        (SCALE, SCALE),
        (HACS, HACS),
        ("README.md", "README.md"),
        ("LICENSE", "LICENSE"),
        (f"{BRAND}/icon.png", f"{BRAND}/icon.png"),
        (FLOW, MANIFEST),
        (f"{FOLDER}/diagnostics.py", SCALE),
        (f"{BRAND}/dark_logo@2x.png", f"{BRAND}/dark_logo@2x.png"),
    ],
)
def test_missing_file_is_reported(judge: Judge, path: str, blamed: str) -> None:
    """A missing file that Home Assistant or HACS needs is reported."""
    files = {name: content for name, content in SOUND.items() if name != path}
    assert any(problem.startswith(blamed) for problem in judge(files))


def test_unregistered_actions_are_reported(judge: Judge) -> None:
    """Code that registers an action without services.yaml is reported."""
    files = {**SOUND, f"{FOLDER}/services.py": "hass.services.async_register(x)"}
    del files[ACTIONS]
    assert any(f"{FOLDER}/services.py registers" in text for text in judge(files))


def test_open_rules_are_no_problem(judge: Judge) -> None:
    """A rule may be open if its comment says what is missing."""
    files = sound()
    spoil(files, SCALE, "rules/devices", {"status": "todo", "comment": "None yet."})
    assert judge(files) == []


@pytest.mark.parametrize(
    ("name", "picture", "complaint"),
    [
        ("icon.png", [255, 256, "RGBA", 0], "is 255x256, but an icon has 256x256"),
        ("icon@2x.png", [256, 256, "RGBA", 0], "but an icon has 512x512"),
        ("icon.png", [256, 256, "RGB", 0], "has no transparent ground"),
        ("icon.png", [256, 256, "RGBA", 9], "has an empty margin"),
        ("icon.png", [256, 256, "RGBA", 0], "is not interlaced"),
        ("icon.png", [256, 256, "RGBA", -200], "is not both transparent and opaque"),
        ("logo.png", [700, 127, "RGBA", 0], "is 127 high, but a logo has 128 to 256"),
        ("logo@2x.png", [900, 513, "RGBA", 0], "but a logo has 256 to 512"),
        ("dark_logo.png", [256, 256, "RGBA", 0], "is no landscape"),
        ("dark_icon.png", "../manifest.json", "is no PNG"),
        ("banner.png", "icon.png", "is no picture that Home Assistant asks for"),
    ],
)
def test_broken_picture_is_reported(
    judge: Judge, name: str, picture: Json, complaint: str
) -> None:
    """A brand picture that Home Assistant would show badly is reported."""
    path = f"{BRAND}/{name}"
    problems = judge({**SOUND, path: picture})
    assert any(path in problem and complaint in problem for problem in problems)


def test_pictures_are_those_that_home_assistant_shows() -> None:
    """The brand folder has all pictures that Home Assistant uses."""
    assert set(PICTURES) == ALLOWED_IMAGES


def test_ignored_and_binary_files_are_left_alone(judge: Judge, tmp_path: Path) -> None:
    """Files that git ignores, and pictures, are not parsed."""
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\xff")
    assert judge({**SOUND, ".venv-demo/broken.json": "{"}) == []


def test_rules_are_those_of_core() -> None:
    """The quality scale has the same 54 rules as Home Assistant's own files."""
    ours = {rule for tier in RULES.values() for rule in tier}
    components = resources.files("homeassistant.components")
    scale = parse_yaml((components / "homewizard/quality_scale.yaml").read_text())
    assert isinstance(scale, dict)
    assert ours == scale["rules"].keys()
    assert len(ours) == 54


def test_command_prints_problems_and_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command prints a line for each problem, and exits with 1, else with 0."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path, SOUND)
    assert main() == 0
    (tmp_path / HACS).write_text("{")
    assert main() == 1
    assert "hacs.json: cannot be parsed" in capsys.readouterr().out

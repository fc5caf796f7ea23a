"""eGauge (United States): itself a meter, with registers that the owner sets up."""

from datetime import timedelta

from ..contract import BridgeType, CoreTwin
from .actions import ACTIONS
from .client import EgaugeClient
from .descriptions import register_sensors
from .entities import BUTTONS, SENSORS, UPDATES
from .models import Details
from .roles import questions

BRIDGE: BridgeType[EgaugeClient, Details] = BridgeType(
    key="egauge",
    name="eGauge",
    manufacturer="eGauge",
    connect=EgaugeClient,
    poll_interval=timedelta(seconds=5),
    stale_after=60.0,
    recall_seconds=0.5,
    # It measures whole buildings as well as households.
    max_power=1_000_000.0,
    core_twin=CoreTwin(
        domain="egauge",
        address_key="host",
        unique_id_fn=lambda identity: identity.serial,
    ),
    login_fields=("username", "password", "verify_ssl"),
    sensors=SENSORS,
    buttons=BUTTONS,
    updates=UPDATES,
    actions=ACTIONS,
    more_sensors=register_sensors,
    questions=lambda details, answers: questions(details.registers, answers),
    survey=EgaugeClient.survey,
    page="",
    redact=frozenset({"sn", "usr", "jwt", "nnc", "rlm", "hostname", "detail"}),
)

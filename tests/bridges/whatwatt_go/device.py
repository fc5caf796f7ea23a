"""The state of a whatwatt Go, and its JSON."""

from datetime import datetime, timedelta
from decimal import Decimal
import re
import secrets
from typing import Literal
from zoneinfo import ZoneInfo

from tests.bridges.whatwatt_go.chosen import (
    ETHERNET_FACTORY,
    FACTORY,
    METER_FACTORY,
    MQTT_FACTORY,
    NO_KEY,
    WIFI_FACTORY,
    Chosen,
)
from tests.bridges.whatwatt_go.network import HOME, ethernet, wifi
from tests.bridges.whatwatt_go.profiles import (
    KMP,
    Profile,
    live_values,
    meter_variables,
    report_values,
)
from tests.bridges.whatwatt_go.publisher import Publisher
from tests.support.house import House
from tests.support.simulator import Json, Simulator, number

ZURICH = ZoneInfo("Europe/Zurich")

CSV_ENERGIES = {
    f"{name}_{tariff}": f"{group}.8.{number}"
    for group, name in ((1, "EAP"), (2, "EAN"), (3, "ERP"), (4, "ERN"))
    for number, tariff in enumerate(("T", "T1", "T2"))
}
# Some of its 64 entries, in the device's order.
CSV_POWERS = {"IPAP_T": "1.7.0", "IPAN_T": "2.7.0"}
CSV_COLUMNS = (
    *("RID", "TIME", "MID", "MSTAT", "TARIFF", "PF"),
    *CSV_ENERGIES,
    *("IPAP_T", "IPAN_T", "V_L1", "V_L2", "V_L3", "MIDENT", "MMODEL", "MIF"),
    *("MPROT", "RP"),
)

PASSPHRASE = "a simulated passphrase"

type Firmware = Literal["old", "new"]
type License = Literal["FREE", "PLUS", "PRO"]
type MeterStatus = Literal[
    "OK",
    "NOT CONNECTED",
    "NO DATA",
    "RECOGNITION",
    "ENCRYPTION KEY",
    "KEY REQUIRED",
    "NOT RECOGNIZED",
]


class WhatwattGoDevice(Simulator):
    """All data of the device; the simulator adds HTTP."""

    key = "whatwatt_go"

    def __init__(self, house: House) -> None:
        """Start with a licence, without a password, powered by a Kamstrup meter."""
        super().__init__(house)
        self.device_id = "02A4C61B9D5E"
        self.name = ""
        self.chosen = Chosen(FACTORY)
        self.meter_chosen = Chosen(METER_FACTORY)
        self.wifi_chosen = Chosen(WIFI_FACTORY)
        self.wifi_chosen.merge({"enable": True, "name": HOME, "password": PASSPHRASE})
        self.ethernet_chosen = Chosen(ETHERNET_FACTORY)
        self.mqtt_chosen = Chosen(MQTT_FACTORY)
        self.publisher = Publisher()
        self.sent_at = house.now
        self.signed_currents = False
        self.running: str | None = None
        self.air = {HOME: PASSPHRASE, "guests": ""}
        self.firmware: Firmware = "new"
        self.license: License = "PLUS"
        self.password = "open sesame"
        # The password by which it proves itself; no firmware that we know does so.
        self.proves_by = ""
        self.status: MeterStatus = "OK"
        self.profile: Profile = KMP
        self.meter_keys: tuple[str, str] | None = None
        self.clock_drift = timedelta(seconds=6)
        self.volume_id: str | None = None
        self.volume_known = True
        self.live_padded = True
        self.volts = {"v_usb": 0, "v_mbus": 0, "v_p1": 5.02, "v_scap": 3.76}
        self.rssi = -57
        self._ethernet_plugged = False
        self.sd_installed = True
        self.sd_files: dict[str, bytes] = {}
        self.sd_speed = 12_700.0
        self.sd_columns = CSV_COLUMNS
        self.reboot_seconds = 0.1
        self.reboots = 0
        self.pairings = 0
        self.boot_id = secrets.token_hex(4).upper()
        self.booted_at = house.now - timedelta(seconds=2065)
        self.reading_id = 221
        self.latest: dict[str, Decimal] = {}
        self.latest_at = house.now
        self.latest_gas = Decimal(0)
        self.latest_tariff = house.tariff

    @property
    def protection(self) -> bool:
        """Whether every path asks for the password."""
        return bool(self.chosen.now["system"]["protection"])

    @protection.setter
    def protection(self, value: bool) -> None:
        """Turn the password on or off."""
        self.chosen.merge({"system": {"protection": value}})

    @property
    def sd_enabled(self) -> bool:
        """Whether readings are recorded."""
        return bool(self.chosen.now["services"]["sd"]["enable"])

    @sd_enabled.setter
    def sd_enabled(self, value: bool) -> None:
        """Turn the recording on or off."""
        self.chosen.merge({"services": {"sd": {"enable": value}}})

    @property
    def conv_factor(self) -> int:
        """The ratio of the transformers before the meter."""
        return int(self.meter_chosen.now["conv_factor"])

    @conv_factor.setter
    def conv_factor(self, value: int) -> None:
        """Choose another ratio."""
        self.meter_chosen.merge({"conv_factor": value})

    @property
    def suffix(self) -> str:
        """Last six digits of the id, part of every name the device has."""
        return self.device_id[-6:]

    @property
    def version(self) -> str:
        """Firmware version: the first documented one, or one of today."""
        return self.running or ("2.8.2" if self.firmware == "new" else "1.2.6")

    def report(self) -> Json:
        """Return `/report`: the latest reading, the meter and the device's clock."""
        system: dict[str, Json] = {"id": self.device_id}
        system |= self._times(self._clock)
        system |= {"boot_id": self.boot_id, "time_since_boot": self._uptime}
        return {"report": self._report(), "meter": self._meter(), "system": system}

    def system(self) -> Json:
        """Return `/system`; old firmware has no licence, build and services."""
        new = self.firmware == "new"
        links = self.chosen.now["services"]["cloud"]
        whatwatt = _link(is_on=links["what_watt"])
        clouds: dict[str, Json] = {
            "whatwatt": whatwatt | ({"registered": True} if new else {}),
            "mystrom": {
                "enabled": links["mystrom"],
                "status": "CONNECTED" if links["mystrom"] else "DISABLED",
            },
            "solar_manager": _link(is_on=links["solar_manager"]),
            "mqtc": {
                "enabled": self.mqtt_chosen.now["enable"],
                "connected": self.publisher.is_connected,
            },
        }
        system: dict[str, Json] = {"device": self._device(), "clouds": clouds}
        if new:
            clouds["stromkonto"] = _link(is_on=links["stromkonto"])
            system["services"] = {"berry": {"execution_status": {"state": "IDLE"}}}
        return system | {
            "meter": self._system_meter(),
            "wifi": self._wifi(),
            "ethernet": ethernet(
                self.device_id, self.ethernet_chosen.now, up=self.ethernet_up
            ),
            "sd_card": self._sd_card(),
        }

    def lock_meter(self, key: str, authentication: str = NO_KEY) -> None:
        """Let the meter encrypt its data; without both keys nothing can be read."""
        self.meter_keys = key, authentication
        self.status = "KEY REQUIRED"

    def try_keys(self) -> None:
        """Read what the meter sends next, with the keys that were chosen."""
        if self.meter_keys is None:
            return
        chosen = self.meter_chosen.now
        keys = chosen["encryption_key"], chosen["authentication_key"]
        if not chosen["encryption"] or keys[0] == NO_KEY:
            self.status = "KEY REQUIRED"
        else:
            fits = tuple(map(str.upper, keys)) == self.meter_keys
            self.status = "OK" if fits else "ENCRYPTION KEY"

    def settings(self) -> Json:
        """Return `/settings`, which never contains the password."""
        system = {"name": self.name, "host_name": f"whatwatt_{self.suffix}"}
        chosen = self.chosen.shown()
        return {**chosen, "system": {**chosen["system"], **system}}

    @property
    def wifi_up(self) -> bool:
        """Whether the wireless network lets the device in."""
        chosen = self.wifi_chosen.now
        known = self.air.get(chosen["name"])
        return bool(chosen["enable"] and chosen["password"] == known)

    @property
    def ethernet_up(self) -> bool:
        """Whether the wired network is plugged in and turned on."""
        return self._ethernet_plugged and bool(self.ethernet_chosen.now["enable"])

    @ethernet_up.setter
    def ethernet_up(self, value: bool) -> None:
        """Plug the cable in or out."""
        self._ethernet_plugged = value

    def _wifi(self) -> Json:
        """Return the wireless network, without signal where it is down."""
        rssi = self.rssi if self.wifi_up else 0
        found = wifi(
            self.device_id, rssi, self.wifi_chosen.now, pairing=self.pairings > 0
        )
        return found if self.wifi_up else {**found, "status": "Disconnected"}

    def _report(self) -> Json:
        """Return the latest reading; without a meter, only the reading's number."""
        report: dict[str, Json] = {"id": self.reading_id}
        if self.status == "OK" and self.latest:
            report["interval"] = self.profile.interval
            if self.profile.sends_tariff:
                report["tariff"] = self.latest_tariff
            report |= self._times(self.latest_at)
            report |= report_values(self.profile, self.latest)
            report["conv_factor"] = self.conv_factor
            if self.volume_id is not None:
                report["volume"] = [self._volume()]
        return report

    def _volume(self) -> Json:
        """Return the volume meter on the M-Bus, with or without a value."""
        volume: dict[str, Json] = {"bus": 1, "meter_id": self.volume_id}
        if self.volume_known:
            volume["date_time"] = f"{self._local(self.latest_at):%Y-%m-%dT%H:%M:%S}"
            volume["cumulative"] = number(self.latest_gas.scaleb(-3), 3)
        return volume

    def live(self) -> Json:
        """Return a reading as a flat object, without ids and status."""
        local = self._local(self.latest_at)
        live = live_values(self.profile, self.latest, padded=self.live_padded)
        live["T"] = self.latest_tariff if self.profile.sends_tariff else 0
        live["Vol"] = []
        if self.volume_id is not None:
            volume: dict[str, Json] = {"Bus": 1, "M_ID": self.volume_id}
            if self.volume_known:
                volume["DT"] = f"{local:%Y-%m-%dT%H:%M:%S}"
                volume["Cum"] = number(self.latest_gas.scaleb(-3), 3)
            live["Vol"] = [volume]
        live["Date"], live["Time"] = f"{local:%Y-%m-%d}", f"{local:%H:%M:%S}"
        live["Uptime"] = round(self._uptime / 3600, 2)
        return live

    def mqtt_message(self) -> str:
        """Return the message; a variable that there is not stays as it is."""
        known = self.variables()
        template: str = self.mqtt_chosen.now["publish"]["template"]
        return re.sub(r"\$\{(.*?)\}", lambda it: known.get(it[1], it[0]), template)

    def variables(self) -> dict[str, str]:
        """Return `/variables` by name; what the meter does not send is null."""
        return {
            "sys.id": self.device_id,
            "sys.name": self.name,
            "sys.firmware": self.version,
            **meter_variables(self.profile, self.latest, signed=self.signed_currents),
            "tariff": str(self.latest_tariff if self.profile.sends_tariff else 0),
            "conv_factor": str(self.conv_factor),
            "timestamp": str(int(self.latest_at.timestamp())),
            "meter.id": self.profile.meter_id or "",
            "meter.type": self.profile.logical_name,
            "meter.status": self.status,
            "plug.voltage.usb": str(self.volts["v_usb"]),
            "wifi.sta.ssid": self.wifi_chosen.now["name"],
        }

    def _meter(self) -> Json:
        """Return the meter as in the report."""
        profile = self.profile
        if self.status != "OK":
            return {"status": self.status, "interface": self._interface}
        meter = {
            "status": self.status,
            "interface": profile.interface,
            "protocol": profile.protocol,
            "protocol_version": profile.protocol_version,
            "logical_name": profile.logical_name,
            "id": profile.meter_id,
            "model": profile.model,
            "vendor": profile.vendor,
            "prefix": profile.prefix,
        }
        return {key: value for key, value in meter.items() if value is not None}

    @property
    def _interface(self) -> str:
        """Physical layer, empty if nothing is plugged in."""
        if self.status == "NOT CONNECTED":
            return "NONE"
        return self.profile.interface

    @property
    def _clock(self) -> datetime:
        """The device's own clock, rather than the meter's."""
        return self.house.now + self.clock_drift

    @property
    def _uptime(self) -> int:
        """Seconds since boot."""
        return int((self.house.now - self.booted_at).total_seconds())

    @staticmethod
    def _local(time: datetime) -> datetime:
        """Return the local time in Switzerland."""
        return time.astimezone(ZURICH)

    def _times(self, time: datetime) -> dict[str, Json]:
        """Return a time in up to three forms; the first is local, despite its Z."""
        local = self._local(time)
        times: dict[str, Json] = {"date_time": f"{local:%Y-%m-%dT%H:%M:%S}Z"}
        if self.firmware == "new":
            times["date_time_local"] = local.isoformat(timespec="seconds")
            times["date_time_utc"] = f"{time:%Y-%m-%dT%H:%M:%S}Z"
        return times

    def _device(self) -> Json:
        """Return the device."""
        now, booted = self._local(self._clock), self._local(self.booted_at)
        device: dict[str, Json] = {
            "name": self.name,
            "id": self.device_id,
            "model": "WW_Go_1.3",
            "firmware": self.version,
        }
        if self.firmware == "new":
            device["build"] = "0a1b2c3-68f00000"
        device |= {
            "upgrade_capable": True,
            "date": f"{now:%Y-%m-%d}",
            "time": f"{now:%H:%M:%S}",
            "time_since_boot": self._uptime,
            "last_reboot": {
                "date": f"{booted:%Y-%m-%d}",
                "time": f"{booted:%H:%M:%S}",
            },
            "plug": self.volts,
        }
        if self.firmware == "new":
            license_: dict[str, Json] = {"type": self.license}
            if self.license != "FREE":
                license_["activation_date"] = "2026-02-03T04:05:06Z"
            device["license"] = license_
        return device

    def _system_meter(self) -> Json:
        """Return the meter as in `/system`: unknown texts are empty."""
        profile, known = self.profile, self.status == "OK"
        meter: dict[str, Json] = {
            "status": self.status,
            "interface": self._interface,
            "id": (profile.meter_id or "") if known else "",
            "manufacturer": profile.vendor if known else "",
            "type": profile.logical_name if known else "",
            "model": (profile.model or "") if known else "",
            "protocol": profile.protocol if known else "",
            "protocol_version": (profile.protocol_version or "") if known else "",
            "report_interval": profile.interval if known else 0,
        }
        if self.firmware == "new":
            meter |= {"enc_en": False, "auth_en": False}
        read = self._local(self.latest_at)
        return meter | {
            "tariff": self.latest_tariff if known and profile.sends_tariff else 0,
            "date": f"{read:%Y-%m-%d}" if known else "",
            "time": f"{read:%H:%M:%S}" if known else "",
        }

    def log(self) -> None:
        """Write a row to the log of the day, in local time despite its Z."""
        local = self._local(self.latest_at)
        name = f"{local:%Y%m%d}.CSV"
        if name not in self.sd_files:
            self.sd_files[name] = (",".join(self.sd_columns) + "\n").encode()
        energies = {
            column: f"{self.latest[code].scaleb(-3):.3f}"
            for column, code in (CSV_ENERGIES | CSV_POWERS).items()
            if self.status == "OK" and code in self.latest
        }
        cells = energies | {
            "RID": str(self.reading_id),
            "TIME": f'"{local:%Y-%m-%dT%H:%M:%S}Z"',
            "MID": '""',
            "MSTAT": f'"{self.status}"',
        }
        row = ",".join(cells.get(column, "") for column in self.sd_columns)
        self.sd_files[name] += f"{row}\n".encode()

    def _sd_card(self) -> Json:
        """Return the memory card."""
        if not self.sd_installed:
            return {"installed": False}
        return {"installed": True, "type": "SDHC/SDXC", "size": 7618, "speed": 20}


def _link(*, is_on: bool) -> dict[str, Json]:
    """Return the connection to a service, which works if it is turned on."""
    return {"enabled": is_on, "connected": is_on}

"""Who may change a bridge lastingly: administrators, and automations."""

from homeassistant.auth.permissions.const import POLICY_CONTROL
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import Unauthorized


async def async_require_admin(
    hass: HomeAssistant, context: Context | None, entity_id: str
) -> None:
    """Raise Unauthorized if a user asks who is no administrator.

    Automations have no user, and may.
    """
    if context is None or context.user_id is None:
        return
    user = await hass.auth.async_get_user(context.user_id)
    if user is None or not user.is_admin:
        raise Unauthorized(
            context=context, entity_id=entity_id, permission=POLICY_CONTROL
        )

package dev.linkspan.propagation.toy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.linkspan.propagation.ClientProxy;
import dev.linkspan.propagation.toy.WideClients.Client;
import dev.linkspan.propagation.toy.WideClients.Hidden;
import dev.linkspan.propagation.toy.WideClients.Narrower;
import dev.linkspan.propagation.toy.WideClients.Overrides;
import dev.linkspan.propagation.toy.WideClients.Recoverable;
import dev.linkspan.propagation.toy.WideClients.Wide;
import dev.linkspan.propagation.toy.WideClients.Wider;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A few methods in front of a client with many. It stands in another package than core, as the brokers' wrappers do. */
class ClientProxyTest {

    private final List<String> calls = new ArrayList<>();
    private final Client client = new Client(calls);
    private final Wide proxy = ClientProxy.wrap(Wide.class, client, new Overrides(calls), MethodHandles.lookup());

    @Test
    void override_stands_in_for_the_clients_method() {
        assertThat(proxy.send("a")).isEqualTo("traced a");
        assertThat(calls).containsExactly("traced send a");
    }

    @Test
    void override_is_matched_by_its_parameter_types_and_not_by_its_name_alone() {
        assertThat(proxy.send("a", 7)).isEqualTo("send a at 7");
        assertThat(calls).containsExactly("client send a at 7");
    }

    @Test
    void override_may_be_inherited() {
        proxy.close();

        assertThat(calls).containsExactly("traced close");
    }

    @Test
    void private_and_static_methods_override_nothing() {
        assertThat(proxy.count(3, 10)).isEqualTo(7);
        assertThat(((Recoverable) proxy).recover()).isEqualTo("recover");
    }

    @Test
    void default_method_that_the_client_inherits_runs_on_the_proxy() {
        assertThat(proxy.sendAll("a", "b")).isEqualTo("traced a+b");
    }

    @Test
    void default_method_that_a_newer_interface_refines_runs_refined_and_on_the_proxy() {
        assertThat(proxy.refined()).isEqualTo("wider traced refined");
        assertThat(((Wider) proxy).refined()).isEqualTo("wider traced refined");
    }

    @Test
    void method_that_a_newer_interface_implements_by_default_runs_on_the_proxy() {
        assertThat(proxy.implementedBelow()).isEqualTo("traced below");
    }

    @Test
    void default_method_that_the_client_has_itself_runs_on_the_client() {
        assertThat(proxy.own()).isEqualTo("ownsend from own");
        assertThat(calls).containsExactly("client own", "client send from own");
    }

    @Test
    void methods_that_a_hidden_interface_declares_reach_the_client() {
        assertThat(proxy.shared()).isEqualTo("shared");
        assertThat(proxy.sharedDefault()).isEqualTo("shared default");
    }

    @Test
    void proxy_has_all_public_interfaces_of_the_client_and_no_others() {
        assertThat(proxy).isInstanceOf(Wider.class).isInstanceOf(Recoverable.class);
        assertThat(((Recoverable) proxy).recover()).isEqualTo("recover");
        assertThat(proxy).isNotInstanceOf(Hidden.class);
    }

    @Test
    void client_that_returns_itself_returns_the_proxy() {
        assertThat(proxy.self()).isSameAs(proxy);
    }

    @Test
    void exceptions_of_the_client_come_out_as_they_are() {
        for (Throwable failure : List.of(
                new IllegalStateException("runtime"), new IOException("declared"), new AssertionError("error"))) {
            assertThat(catchThrowable(() -> proxy.fail(failure))).isSameAs(failure);
            assertThat(failure.getSuppressed()).isEmpty();
        }
    }

    @Test
    void checked_exception_that_the_method_does_not_declare_comes_out_as_a_cause() {
        Exception undeclared = new Exception("smuggled");

        assertThatThrownBy(() -> proxy.fail(undeclared)).hasCause(undeclared);
    }

    @Test
    void proxy_equals_only_itself_and_names_its_client() {
        assertThat(proxy.equals(proxy)).isTrue();
        assertThat(proxy.equals(client)).isFalse();
        assertThat(proxy.equals(null)).isFalse();
        assertThat(proxy.hashCode()).isEqualTo(System.identityHashCode(proxy));
        assertThat(proxy).hasToString("Linkspan(Client#1)");
    }

    @Test
    void unwrap_gives_the_client_through_any_number_of_proxies() {
        Wide twice = ClientProxy.wrap(Wide.class, proxy, new Overrides(calls), MethodHandles.lookup());

        assertThat(ClientProxy.unwrap(proxy)).isSameAs(client);
        assertThat(ClientProxy.unwrap(twice)).isSameAs(client);
        assertThat(ClientProxy.<Wide>unwrap(client)).isSameAs(client);
        assertThat(ClientProxy.unwrap("text")).isEqualTo("text");
    }

    @Test
    void overrides_are_found_by_type_through_any_number_of_proxies() {
        Wide twice = ClientProxy.wrap(Wide.class, proxy, new Object(), MethodHandles.lookup());

        assertThat(ClientProxy.overrides(proxy, Overrides.class)).isNotNull();
        assertThat(ClientProxy.overrides(twice, Overrides.class))
                .isSameAs(ClientProxy.overrides(proxy, Overrides.class));
        assertThat(ClientProxy.overrides(proxy, String.class)).isNull();
        assertThat(ClientProxy.overrides(client, Overrides.class)).isNull();
        assertThat(ClientProxy.overrides(null, Overrides.class)).isNull();
    }

    @Test
    void bridge_methods_of_overrides_are_ignored() {
        Wide narrow = ClientProxy.wrap(Wide.class, client, new Narrower(), MethodHandles.lookup());

        assertThat(narrow.send("a")).isEqualTo("narrower a");
    }

    @Test
    void only_public_interfaces_can_be_wrapped() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ClientProxy.wrap(Client.class, client, new Object(), MethodHandles.lookup()))
                .withMessageContainingAll(Client.class.getName(), "interface");
        assertThat(Modifier.isPublic(Hidden.class.getModifiers())).isFalse();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ClientProxy.wrap(Hidden.class, client, new Object(), MethodHandles.lookup()))
                .withMessageContainingAll(Hidden.class.getName(), "public");
    }

    @Test
    void null_client_is_told() {
        assertThatNullPointerException()
                .isThrownBy(() -> ClientProxy.wrap(Wide.class, null, new Object(), MethodHandles.lookup()))
                .withMessageContaining("client");
    }

    @Test
    void lookup_that_cannot_reach_the_overrides_is_told() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> ClientProxy.wrap(Wide.class, client, new Overrides(calls), MethodHandles.publicLookup()))
                .withMessageContaining("MethodHandles.lookup()");
    }
}

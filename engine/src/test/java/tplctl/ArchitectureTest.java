package tplctl;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.conditions.ArchConditions.callMethodWhere;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The borders between the packages: who may import whom, which library belongs to whom, and who may act. */
class ArchitectureTest {
    /** How many classes there are at least; raised with the program, so that no rule holds for want of classes. */
    private static final int FLOOR = 74;

    private static final Map<String, Set<String>> MAY_IMPORT = Map.ofEntries(
            Map.entry("diag", Set.of()),
            Map.entry("text", Set.of("diag")),
            Map.entry("expr", Set.of("diag", "text")),
            Map.entry("kind", Set.of("diag", "text")),
            Map.entry("login", Set.of()),
            Map.entry("inventory", Set.of("login", "expr", "text", "diag")),
            Map.entry("machine", Set.of("kind", "text", "diag")),
            Map.entry("kinds", Set.of("kind", "machine", "text", "diag")),
            Map.entry("model", Set.of("inventory", "kind", "expr", "text", "diag")),
            Map.entry("host", Set.of("login", "diag")),
            Map.entry("relay", Set.of()),
            Map.entry("qemu", Set.of("host", "relay", "machine", "kind", "diag")),
            Map.entry("engine", Set.of("model", "kind", "machine", "host", "qemu", "text", "diag")),
            Map.entry("report", Set.of("model", "engine", "kind", "diag")),
            Map.entry(
                    "cli",
                    Set.of(
                            "diag",
                            "text",
                            "expr",
                            "kind",
                            "machine",
                            "kinds",
                            "login",
                            "inventory",
                            "model",
                            "host",
                            "relay",
                            "qemu",
                            "engine",
                            "report")));

    private static final Map<String, Set<String>> LIBRARIES = Map.of(
            "org.snakeyaml..", Set.of("text"),
            "com.hubspot..", Set.of("expr"),
            "jinjava..", Set.of("expr"),
            "org.jgrapht..", Set.of("model"),
            "com.jcraft..", Set.of("host"),
            "org.newsclub..", Set.of("host"),
            "picocli..", Set.of("cli"),
            "com.google.gson..", Set.of("machine", "qemu", "report", "model", "engine", "cli", "host"));

    /** What no library has to be asked about. */
    private static final String[] ALWAYS = {
        "tplctl..",
        "java..",
        "javax.crypto..",
        "javax.net..",
        "javax.crypto..",
        "javax.security..",
        "org.jspecify..",
        "com.google.errorprone.annotations.."
    };

    private static final String[] PURE = packages(
            Set.of("diag", "text", "expr", "kind", "kinds", "machine", "login", "inventory", "model", "report"));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("tplctl");

    @Test
    void seesAllClasses() {
        assertThat(CLASSES.size()).isGreaterThanOrEqualTo(FLOOR);
    }

    @Test
    void everyPackageHasAPlaceInTheTable() {
        Set<String> found = CLASSES.stream()
                .map(each -> each.getPackageName().substring("tplctl".length()).replaceFirst("^\\.", ""))
                .collect(toCollection(TreeSet::new));
        assertThat(MAY_IMPORT.keySet()).containsAll(found);
    }

    @Test
    void packagesImportOnlyWhatTheTableAllows() {
        MAY_IMPORT.forEach((name, allowed) -> {
            Set<String> others = new TreeSet<>(MAY_IMPORT.keySet());
            others.removeAll(allowed);
            others.remove(name);
            holds(noClasses()
                    .that()
                    .resideInAPackage("tplctl." + name + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(packages(others)));
        });
    }

    @Test
    void packagesFormNoCycle() {
        holds(slices().matching("tplctl.(*)..").should().beFreeOfCycles());
    }

    @Test
    void librariesStayWhereTheyBelong() {
        LIBRARIES.forEach((library, owners) -> holds(noClasses()
                .that()
                .resideOutsideOfPackages(packages(owners))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)));
    }

    @Test
    void libraryThatOnlyALibraryNeedsIsUsedByNobody() {
        String[] known =
                Stream.concat(Stream.of(ALWAYS), LIBRARIES.keySet().stream()).toArray(String[]::new);
        holds(classes()
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(known)
                        .or(DescribedPredicate.describe("are primitive", JavaClass::isPrimitive))));
    }

    @Test
    void relayNeedsNothingButTheJdk() {
        holds(classes()
                .that()
                .resideInAPackage("tplctl.relay..")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                                "tplctl.relay..",
                                "java..",
                                "javax.net..",
                                "javax.crypto..",
                                "javax.security..",
                                "org.jspecify..")
                        .or(DescribedPredicate.describe("are primitive", JavaClass::isPrimitive))));
    }

    @Test
    void modelKeepsItsGraphLibraryToItself() {
        DescribedPredicate<JavaClass> jgrapht = resideInAPackage("org.jgrapht..");
        holds(noMethods()
                .that()
                .areDeclaredInClassesThat()
                .resideInAPackage("tplctl.model..")
                .and()
                .arePublic()
                .should()
                .haveRawReturnType(jgrapht));
    }

    @Test
    void purePackagesReachForNothingOutside() {
        holds(noClasses().that().resideInAnyPackage(PURE).should().dependOnClassesThat(acting()));
    }

    @Test
    void purePackagesReadNoClockEnvironmentOrChance() {
        holds(noClasses().that().resideInAnyPackage(PURE).should(callMethodWhere(readsTheWorld())));
    }

    @Test
    void onlyCommandsUseTheTerminal() {
        holds(noClasses()
                .that()
                .resideOutsideOfPackages("tplctl.cli..", "tplctl.relay..")
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .accessField(System.class, "in")
                .orShould()
                .callMethod(System.class, "console")
                .orShould()
                .callMethod(Throwable.class, "printStackTrace"));
    }

    @Test
    void onlyCommandsEndTheProgram() {
        holds(noClasses()
                .that()
                .resideOutsideOfPackages("tplctl.cli..", "tplctl.relay..")
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "halt", int.class));
    }

    @Test
    void exceptionsSayWhatTheyAreInTheirType() {
        holds(NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS);
    }

    @Test
    void everyPackageIsNullMarked() {
        Set<String> unmarked = CLASSES.stream()
                .map(JavaClass::getPackage)
                .filter(each -> !each.isAnnotatedWith(NullMarked.class))
                .map(each -> each.getName())
                .collect(toCollection(TreeSet::new));
        assertThat(unmarked).isEmpty();
    }

    @Test
    void kindsAreKnownByTheirListOnly() {
        holds(classes()
                .that()
                .resideInAPackage("tplctl.kinds..")
                .and()
                .areTopLevelClasses()
                .and()
                .areNotInterfaces()
                .and()
                .doNotHaveSimpleName("Kinds")
                .should()
                .notBePublic()
                .andShould()
                .haveModifier(JavaModifier.FINAL));
    }

    @Test
    void kindsDoNotKnowEachOther() {
        holds(classes()
                .that()
                .resideInAPackage("tplctl.kinds..")
                .and()
                .doNotHaveSimpleName("Kinds")
                .should(notUseAnotherKind()));
    }

    private static ArchCondition<JavaClass> notUseAnotherKind() {
        return new ArchCondition<>("not use another kind") {
            @Override
            public void check(JavaClass user, ConditionEvents events) {
                for (Dependency dependency : user.getDirectDependenciesFromSelf()) {
                    JavaClass used = outermost(dependency.getTargetClass().getBaseComponentType());
                    boolean helps = !isKind(outermost(user))
                            && outermost(user).getSimpleName().startsWith(stem(used));
                    if (!used.equals(outermost(user)) && isKind(used) && !helps) {
                        events.add(SimpleConditionEvent.violated(dependency, dependency.getDescription()));
                    }
                }
            }
        };
    }

    private static boolean isKind(JavaClass candidate) {
        return candidate.getPackageName().startsWith("tplctl.kinds") && candidate.isAssignableTo("tplctl.kind.Kind");
    }

    /** What the helpers of a kind are named by: Mounts has MountSteps and MountState. */
    private static String stem(JavaClass kind) {
        String name = kind.getSimpleName();
        return name.endsWith("s") ? name.substring(0, name.length() - 1) : name;
    }

    private static JavaClass outermost(JavaClass nested) {
        return nested.getEnclosingClass().map(ArchitectureTest::outermost).orElse(nested);
    }

    /** Files, sockets, processes and threads; a URI and a path are only text. */
    private static DescribedPredicate<JavaClass> acting() {
        DescribedPredicate<JavaClass> text = type(java.net.URI.class)
                .or(type(java.net.URISyntaxException.class))
                .or(type(java.util.concurrent.TimeUnit.class));
        return describe(
                        "act on files, sockets, processes or threads",
                        (JavaClass each) -> Stream.of(
                                        "java.io.File",
                                        "java.io.RandomAccessFile",
                                        "java.nio.file.Files",
                                        "java.nio.file.FileSystem",
                                        "java.nio.channels.",
                                        "java.net.",
                                        "java.util.concurrent.",
                                        "java.lang.Process",
                                        "java.lang.Thread",
                                        "java.lang.Runtime")
                                .anyMatch(each.getName()::startsWith))
                .and(DescribedPredicate.not(type(RuntimeException.class)))
                .and(DescribedPredicate.not(text));
    }

    private static DescribedPredicate<JavaMethodCall> readsTheWorld() {
        return describe("reads a clock, the environment or chance", call -> {
            String owner = call.getTargetOwner().getName();
            String name = call.getTarget().getName();
            return switch (owner) {
                case "java.lang.System" ->
                    !Set.of("arraycopy", "identityHashCode", "lineSeparator").contains(name);
                case "java.lang.Math" -> name.equals("random");
                case "java.time.Clock" -> name.startsWith("system") || name.startsWith("tick");
                case "java.util.UUID" -> name.equals("randomUUID");
                case "java.nio.file.Path" ->
                    Set.of("toAbsolutePath", "toRealPath").contains(name);
                default -> owner.startsWith("java.time.") && name.equals("now");
            };
        });
    }

    /** A package that does not exist yet breaks no rule; {@link #seesAllClasses} keeps that honest. */
    private static void holds(ArchRule rule) {
        rule.allowEmptyShould(true).check(CLASSES);
    }

    private static String[] packages(Set<String> names) {
        return names.stream().map(each -> "tplctl." + each + "..").toArray(String[]::new);
    }
}
